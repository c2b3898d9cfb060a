using Npgsql;

namespace Pipeline.Data.Audit;

/// <summary>Deletes entries of the audit trail past their retention, in small transactions. Safe to run twice at once.</summary>
public static class AuditPurge
{
    private const int EntriesPerTransaction = 2000;

    // The table lets nobody delete who has not said that this is the purge.
    private const string AllowSql = "SELECT set_config('pipeline.purges_audit', 'on', true)";

    private const string DeleteSql =
        """
        DELETE FROM audit_entries WHERE id IN (
            SELECT id FROM audit_entries WHERE at < now() - $1 ORDER BY at LIMIT $2 FOR UPDATE SKIP LOCKED)
        """;

    /// <summary>Deletes what is older than <paramref name="retention"/>.</summary>
    /// <returns>How many entries went.</returns>
    public static async Task<int> RunAsync(NpgsqlDataSource dataSource, TimeSpan retention, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        int all = 0;
        int deleted;
        do
        {
            await using NpgsqlConnection connection = await dataSource.OpenConnectionAsync(cancellationToken);
            await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
            await using NpgsqlCommand allow = new(AllowSql, connection, transaction);
            await allow.ExecuteNonQueryAsync(cancellationToken);
            await using NpgsqlCommand delete = new(DeleteSql, connection, transaction)
            {
                Parameters = { new() { Value = retention }, new() { Value = EntriesPerTransaction } },
            };
            deleted = await delete.ExecuteNonQueryAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            all += deleted;
        }
        while (deleted == EntriesPerTransaction);
        return all;
    }
}
