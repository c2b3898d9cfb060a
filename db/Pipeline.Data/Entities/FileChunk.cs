namespace Pipeline.Data.Entities;

/// <summary>A run of a file's bytes. Chunks in the order of <see cref="Sequence"/> are the content.</summary>
public sealed class FileChunk
{
    /// <summary>The file it belongs to; chunks are deleted with it.</summary>
    public required string FileId { get; set; }

    /// <summary>Position among the file's chunks, from 0.</summary>
    public int Sequence { get; set; }

    /// <summary>The bytes.</summary>
    public required byte[] Content { get; set; }
}
