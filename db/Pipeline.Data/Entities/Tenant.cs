namespace Pipeline.Data.Entities;

/// <summary>Whom files, batches and jobs belong to. No tenant sees another's.</summary>
public sealed class Tenant
{
    /// <summary>Primary key.</summary>
    public Guid Id { get; set; }

    /// <summary>Unique display name.</summary>
    public required string Name { get; set; }

    /// <summary>What it may spend in a calendar month of UTC; <see langword="null"/> for no cap.</summary>
    public decimal? MaxMonthlyCost { get; set; }

    /// <summary>When the tenant was made.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>Its share of the workers beside others that wait: twice the weight, twice the jobs. From 1; default 1.</summary>
    public int Weight { get; set; } = 1;

    /// <summary>Requests that it may make in a minute; 0 for no limit, <see langword="null"/> for the installation's default.</summary>
    public int? RequestsPerMinute { get; set; }

    /// <summary>Bytes that it may send in a minute; 0 for no limit, <see langword="null"/> for the installation's default.</summary>
    public long? BytesPerMinute { get; set; }

    /// <summary>Prompt tokens that its open batches may have for each model; 0 for no limit, <see langword="null"/> for the installation's default.</summary>
    public long? EnqueuedTokens { get; set; }

    /// <summary>The same for single models, where it differs.</summary>
    public List<TenantQuota> Quotas { get; } = [];

    /// <summary>Since when its keys open nothing; <see langword="null"/> while they do.</summary>
    public DateTimeOffset? SuspendedAt { get; set; }

    /// <summary>Since when its data is being deleted, and nothing new is taken; <see langword="null"/> otherwise.</summary>
    public DateTimeOffset? ErasingAt { get; set; }
}
