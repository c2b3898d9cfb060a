namespace Pipeline.Data.Entities;

/// <summary>A key that opens the API for one tenant. Only its hash is stored.</summary>
public sealed class ApiKey
{
    /// <summary>Primary key.</summary>
    public Guid Id { get; set; }

    /// <summary>The tenant it speaks for.</summary>
    public Guid TenantId { get; set; }

    /// <summary>The tenant it speaks for.</summary>
    public Tenant? Tenant { get; set; }

    /// <summary>What the owner calls it.</summary>
    public required string Name { get; set; }

    /// <summary>SHA-256 of the key's UTF-8 bytes (<see cref="ApiKeyHash.Of"/>); unique.</summary>
    public required byte[] KeyHash { get; set; }

    /// <summary>The key's first characters, to recognise it by.</summary>
    public required string Prefix { get; set; }

    /// <summary>What it may do.</summary>
    public ApiKeyRole Role { get; set; }

    /// <summary>Those scopes of its role that it was narrowed to; <see langword="null"/> for all of them.</summary>
    public string[]? Scopes { get; set; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>When it ends by itself; <see langword="null"/> for never.</summary>
    public DateTimeOffset? ExpiresAt { get; set; }

    /// <summary>When it was used last, to some seconds; <see langword="null"/> before the first time.</summary>
    public DateTimeOffset? LastUsedAt { get; set; }

    /// <summary>The hash of the secret before the last rotation.</summary>
    public byte[]? PreviousKeyHash { get; set; }

    /// <summary>Until when the secret before the last rotation is good.</summary>
    public DateTimeOffset? PreviousExpiresAt { get; set; }

    /// <summary>When it was revoked; <see langword="null"/> while it is valid.</summary>
    public DateTimeOffset? RevokedAt { get; set; }

    /// <summary>When a secret of this key, given by its hash, ceases to open anything: <see cref="DateTimeOffset.MaxValue"/> for never, and in the past when revoked.</summary>
    public DateTimeOffset EndOf(ReadOnlySpan<byte> hash)
    {
        DateTimeOffset end = RevokedAt ?? ExpiresAt ?? DateTimeOffset.MaxValue;
        return hash.SequenceEqual(KeyHash) || PreviousExpiresAt is not { } rotated || rotated > end ? end : rotated;
    }
}
