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

    /// <summary>Since when its keys open nothing; <see langword="null"/> while they do.</summary>
    public DateTimeOffset? SuspendedAt { get; set; }
}
