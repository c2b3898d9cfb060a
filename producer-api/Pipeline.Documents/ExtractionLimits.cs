namespace Pipeline.Documents;

/// <summary>How much a file may hold. What goes beyond is refused by name; nothing is cut off in silence.</summary>
public sealed record ExtractionLimits
{
    /// <summary>Bytes of a single file, unpacked.</summary>
    public long MaxFileBytes { get; init; } = 200L << 20;

    /// <summary>Bytes that an uploaded file may unpack to, with all that is in it.</summary>
    public long MaxUnpackedBytes { get; init; } = 1L << 30;

    /// <summary>Files in an archive.</summary>
    public int MaxEntries { get; init; } = 50_000;

    /// <summary>Times that a file in an archive may be larger than what it is packed into; looked at from <see cref="RatioFrom"/> bytes on.</summary>
    public int MaxRatio { get; init; } = 200;

    /// <summary>Bytes up to which no ratio is suspicious: an empty form of a megabyte packs well.</summary>
    public long RatioFrom { get; init; } = 4L << 20;

    /// <summary>How deep files may lie in files: an archive in an archive is two.</summary>
    public int MaxDepth { get; init; } = 4;

    /// <summary>Characters of a document's text: some thousands of pages. It is held in memory.</summary>
    public int MaxCharacters { get; init; } = 5_000_000;

    /// <summary>Pages of a document.</summary>
    public int MaxPages { get; init; } = 10_000;
}
