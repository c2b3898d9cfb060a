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

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>When it was revoked; <see langword="null"/> while it is valid.</summary>
    public DateTimeOffset? RevokedAt { get; set; }
}
