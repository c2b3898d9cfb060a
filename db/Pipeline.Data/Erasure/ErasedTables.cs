using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Pipeline.Data.Erasure;

/// <summary>
/// Which tables a tenant's data is in: every one that has a <c>tenant_id</c>, with the rows that hang on it, but those that are kept
/// by name. Found in the model, so that a table which is added is deleted from too.
/// </summary>
public static class ErasedTables
{
    /// <summary>Tables with a <c>tenant_id</c> that are kept, and why.</summary>
    public static IReadOnlyDictionary<string, string> Kept { get; } = new Dictionary<string, string>
    {
        ["tenants"] = "who the tenant is",
        ["api_keys"] = "how it gets in",
        ["job_costs"] = "the ledger: what was billed has to be accounted for, and says nothing of what was asked",
        ["tenant_months"] = "the ledger's sums by month, by which budgets hold",
        ["tenant_quotas"] = "how much it may do",
        ["audit_entries"] = "who did what, which is only added to and has a retention of its own",
        ["tenant_erasures"] = "the proof",
    };

    /// <summary>Tables without a <c>tenant_id</c> whose rows go with those of another, by column; others go by foreign key.</summary>
    public static IReadOnlyDictionary<string, (string Table, string Column)[]> Followers { get; } = new Dictionary<string, (string Table, string Column)[]>
    {
        ["jobs"] = [("job_bodies", "job_id"), ("job_results", "job_id")],
        ["batches"] = [("endings", "batch_id")],
        ["slices"] = [("slice_claims", "slice_id")],
    };

    /// <summary>Tables that say nothing of a tenant, and what they are of.</summary>
    public static IReadOnlyDictionary<string, string> OfNobody { get; } = new Dictionary<string, string>
    {
        ["workers"] = "the processes that run jobs",
        ["model_rates"] = "what models cost",
    };

    /// <summary>The tables to be deleted from.</summary>
    public static IReadOnlyList<string> Of(IModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return
        [
            .. model.GetEntityTypes()
                .Where(type => type.FindProperty("TenantId") is not null)
                .Select(type => type.GetTableName()!)
                .Where(table => !Kept.ContainsKey(table))
                .Order(StringComparer.Ordinal),
        ];
    }
}
