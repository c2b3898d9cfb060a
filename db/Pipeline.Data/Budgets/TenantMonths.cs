using Npgsql;
using Pipeline.Data.Results;

namespace Pipeline.Data.Budgets;

/// <summary>Keeps what tenants spend in a month, in the transactions that write the ledger.</summary>
internal static class TenantMonths
{
    /// <summary>The month that a transaction belongs to, as its ledger rows do.</summary>
    public const string ThisMonth = "date_trunc('month', now() AT TIME ZONE 'UTC')::date";

    /// <summary>Adds the statement that adds what the jobs cost to their tenants' month. The last locks of a transaction, in the order of ids.</summary>
    public static void AddTo(NpgsqlBatch batch, IReadOnlyList<SettledJob> jobs)
    {
        SortedDictionary<Guid, decimal> costs = [];
        foreach (SettledJob job in jobs.Where(job => job.Cost > 0))
        {
            costs[job.TenantId] = costs.GetValueOrDefault(job.TenantId) + job.Cost;
        }

        if (costs.Count == 0)
        {
            return;
        }

        batch.BatchCommands.Add(new(
            $"""
            INSERT INTO tenant_months AS m (tenant_id, month, spent)
            SELECT t.id, {ThisMonth}, t.cost FROM unnest($1, $2) AS t(id, cost) ORDER BY t.id
            ON CONFLICT (tenant_id, month) DO UPDATE SET spent = m.spent + excluded.spent
            """)
        {
            Parameters = { new() { Value = costs.Keys.ToArray() }, new() { Value = costs.Values.ToArray() } },
        });
    }
}
