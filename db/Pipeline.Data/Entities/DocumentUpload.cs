namespace Pipeline.Data.Entities;

/// <summary>An uploaded file of a document set, until the set has been read. Its content is a <see cref="StoredFile"/>, deleted after that.</summary>
public sealed class DocumentUpload
{
    /// <summary>The set.</summary>
    public required string BatchId { get; set; }

    /// <summary>Its place among the set's uploads, from 0.</summary>
    public int Number { get; set; }

    /// <summary>Its name, with folders where it has some.</summary>
    public required string Name { get; set; }

    /// <summary>Its content.</summary>
    public required string FileId { get; set; }
}
