namespace Pipeline.Data.Entities;

/// <summary>The first answer to a create that carried an <c>Idempotency-Key</c>: a repeat gets it again.</summary>
public sealed class IdempotencyKey
{
    /// <summary>Whose key it is.</summary>
    public Guid TenantId { get; set; }

    /// <summary>What was created with it: <c>files</c>, <c>batches</c>, <c>documents</c> or <c>jobs</c>. Each has keys of its own.</summary>
    public required string Scope { get; set; }

    /// <summary>As the submitter wrote it.</summary>
    public required string Key { get; set; }

    /// <summary>SHA-256 of what was asked for: 32 bytes. The key is good for that alone.</summary>
    public required byte[] Fingerprint { get; set; }

    /// <summary>The answer's body as JSON text.</summary>
    public required string Reply { get; set; }

    /// <summary>When it was answered.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>From when on the key is as good as new.</summary>
    public DateTimeOffset ExpiresAt { get; set; }
}
