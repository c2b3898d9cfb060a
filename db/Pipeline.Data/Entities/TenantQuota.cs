namespace Pipeline.Data.Entities;

/// <summary>How many tokens a tenant may have enqueued for one model, where that differs from <see cref="Tenant.EnqueuedTokens"/>.</summary>
public sealed class TenantQuota
{
    /// <summary>Whose it is.</summary>
    public Guid TenantId { get; set; }

    /// <summary>The model.</summary>
    public required string Model { get; set; }

    /// <summary>Prompt tokens of all open batches together; 0 for no limit.</summary>
    public long EnqueuedTokens { get; set; }
}
