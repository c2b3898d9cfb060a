namespace Pipeline.Data.Entities;

/// <summary>What a tenant has spent in a month: the sum of its ledger rows of that month, kept with every commit, so that a cap costs no sum.</summary>
public sealed class TenantMonth
{
    /// <summary>The tenant.</summary>
    public Guid TenantId { get; set; }

    /// <summary>Its first day, in UTC.</summary>
    public DateOnly Month { get; set; }

    /// <summary>The sum.</summary>
    public decimal Spent { get; set; }
}
