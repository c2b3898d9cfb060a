namespace Pipeline.ProducerApi.Documents;

/// <summary>Settings of documents, section <c>Pipeline:Documents</c>.</summary>
internal sealed class DocumentOptions
{
    public const string Section = "Pipeline:Documents";

    /// <summary>Bytes that a submission may upload in all.</summary>
    public long MaxUploadBytes { get; set; } = 1L << 30;

    /// <summary>Files that a submission may upload; an archive is one.</summary>
    public int MaxUploads { get; set; } = 10_000;

    /// <summary>Bytes of a single file, unpacked.</summary>
    public long MaxFileBytes { get; set; } = 200L << 20;

    /// <summary>Bytes that one uploaded file may unpack to, with all that is in it.</summary>
    public long MaxUnpackedBytes { get; set; } = 1L << 30;

    /// <summary>Whether all limits can be kept to.</summary>
    public bool AreLimitsPositive => MaxUploadBytes > 0 && MaxUploads > 0 && MaxFileBytes > 0 && MaxUnpackedBytes > 0;
}
