namespace Pipeline.Data.Entities;

/// <summary>A file of a tenant: a batch's input, output or errors. Its content lies in <see cref="FileChunk"/> rows.</summary>
public sealed class StoredFile
{
    /// <summary><c>file-</c> and 32 hexadecimal digits.</summary>
    public required string Id { get; set; }

    /// <summary>Whose it is.</summary>
    public Guid TenantId { get; set; }

    /// <summary><c>batch</c> for inputs, <c>batch_output</c> for outputs and errors.</summary>
    public required string Purpose { get; set; }

    /// <summary>The name that the uploader gave it.</summary>
    public required string Filename { get; set; }

    /// <summary>Length of the content in bytes.</summary>
    public long Bytes { get; set; }

    /// <summary>When it was stored.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>When it may be purged; <see langword="null"/> for never.</summary>
    public DateTimeOffset? ExpiresAt { get; set; }
}
