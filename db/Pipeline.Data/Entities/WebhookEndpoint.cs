namespace Pipeline.Data.Entities;

/// <summary>Where a tenant wants to be told of what happens to its batches and jobs.</summary>
public sealed class WebhookEndpoint
{
    /// <summary><c>whep_</c> and 32 hexadecimal digits.</summary>
    public required string Id { get; set; }

    /// <summary>Whose it is.</summary>
    public Guid TenantId { get; set; }

    /// <summary>The only batch it hears of; <see langword="null"/> for all of the tenant's.</summary>
    public string? BatchId { get; set; }

    /// <summary>Where events are posted to: absolute, http or https.</summary>
    public required string Url { get; set; }

    /// <summary>What the owner calls it.</summary>
    public string? Description { get; set; }

    /// <summary>The types of events it hears of: see <see cref="Webhooks.WebhookEventTypes"/>.</summary>
    public required string[] Events { get; set; }

    /// <summary>What signatures are made with: <c>whsec_</c> and base64. Kept as it is: a signature cannot be made from a hash.</summary>
    public required string Secret { get; set; }

    /// <summary>The secret before the last rotation; signs too until <see cref="OldSecretExpiresAt"/>.</summary>
    public string? OldSecret { get; set; }

    /// <summary>When <see cref="OldSecret"/> stops to sign.</summary>
    public DateTimeOffset? OldSecretExpiresAt { get; set; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>Since when nothing is recorded for it and what waits is not sent; <see langword="null"/> while it is enabled.</summary>
    public DateTimeOffset? DisabledAt { get; set; }

    /// <summary>Why it was disabled, in words.</summary>
    public string? DisabledReason { get; set; }
}
