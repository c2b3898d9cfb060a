using Npgsql;

namespace Pipeline.Data.Budgets;

/// <summary>
/// The ledger, <c>job_costs</c>: a row for each attempt at each job, added by commits alone. The database refuses to change or delete
/// rows, whoever asks, unless a transaction says that it deletes a tenant.
/// </summary>
public static class Ledger
{
    /// <summary>Deletes what the ledger has of a tenant, because the tenant is deleted: the one way in which rows go.</summary>
    /// <param name="connection">In a transaction, which is to end soon: until then it may delete other rows as well.</param>
    /// <param name="tenantId">The tenant.</param>
    /// <param name="cancellationToken">Gives up; the transaction is then to be rolled back.</param>
    /// <returns>How many rows went.</returns>
    public static async Task<int> DeleteTenantAsync(NpgsqlConnection connection, Guid tenantId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        await using NpgsqlBatch batch = new(connection)
        {
            BatchCommands =
            {
                new("SET LOCAL pipeline.tenant_deletion = 'on'"),
                new("DELETE FROM job_costs WHERE tenant_id = $1") { Parameters = { new() { Value = tenantId } } },
                new("DELETE FROM tenant_months WHERE tenant_id = $1") { Parameters = { new() { Value = tenantId } } },
                new("SET LOCAL pipeline.tenant_deletion = 'off'"),
            },
        };
        await batch.ExecuteNonQueryAsync(cancellationToken);
        return (int)batch.BatchCommands[1].Rows;
    }
}
