using Npgsql;
using Pipeline.Data.Claims;
using Pipeline.Data.States;

namespace Pipeline.Data.Duties;

/// <summary>Deletes what is past its retention, in small transactions. Safe to run twice at once.</summary>
public static class Purge
{
    // A file of 200 MB has hundreds of chunks that go with it.
    private const int FilesPerTransaction = 10;
    private const int RowsPerTransaction = 2000;

    // A batch that is being validated still reads its input, and a schedule's runs will.
    private const string FilesSql =
        """
        DELETE FROM files WHERE id IN (
            SELECT f.id FROM files f
            WHERE f.expires_at <= now() AND NOT EXISTS (SELECT 1 FROM batches b WHERE b.input_file_id = f.id AND b.status = $1)
                AND NOT EXISTS (SELECT 1 FROM schedules s WHERE s.input_file_id = f.id)
            ORDER BY f.expires_at LIMIT $2 FOR UPDATE OF f SKIP LOCKED)
        """;

    // Jobs of a batch go when the batch has ended, not one by one: its files are made from them.
    private const string JobsSql =
        """
        WITH old AS MATERIALIZED (
            SELECT j.id FROM jobs j LEFT JOIN batches b ON b.id = j.batch_id
            WHERE j.finished_at < now() - $1 AND NOT j.state = ANY($2) AND (b.id IS NULL OR b.status = ANY($3))
            LIMIT $4 FOR UPDATE OF j SKIP LOCKED),
        bodies AS (DELETE FROM job_bodies b USING old WHERE b.job_id = old.id),
        results AS (DELETE FROM job_results r USING old WHERE r.job_id = old.id)
        DELETE FROM jobs j USING old WHERE j.id = old.id
        """;

    private const string SlicesSql =
        """
        DELETE FROM slices WHERE id IN (
            SELECT s.id FROM slices s
            WHERE s.state = $1 AND s.done_at < now() - $2 AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.slice_id = s.id)
            LIMIT $3 FOR UPDATE SKIP LOCKED)
        """;

    private const string EndingsSql =
        """
        DELETE FROM endings WHERE (batch_id, first) IN (
            SELECT e.batch_id, e.first FROM endings e
            WHERE e.ended_at < now() - $1 AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.batch_id = e.batch_id)
            LIMIT $2 FOR UPDATE SKIP LOCKED)
        """;

    private const string KeysSql =
        """
        DELETE FROM idempotency_keys WHERE (tenant_id, scope, key) IN (
            SELECT tenant_id, scope, key FROM idempotency_keys WHERE expires_at <= now() LIMIT $1 FOR UPDATE SKIP LOCKED)
        """;

    private const string WebhooksSql =
        """
        DELETE FROM webhook_deliveries WHERE id IN (
            SELECT id FROM webhook_deliveries WHERE state <> 0 AND finished_at < now() - $1 LIMIT $2 FOR UPDATE SKIP LOCKED)
        """;

    private static readonly string[] FinalStatuses = [.. Enum.GetValues<BatchStatus>().Where(s => s.IsFinal()).Select(s => s.ToName())];

    /// <summary>Deletes files, with their content, whose time is up.</summary>
    /// <returns>How many files went.</returns>
    public static Task<int> FilesAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken) =>
        RepeatAsync(dataSource, FilesSql, [BatchStatus.Validating.ToName(), FilesPerTransaction], FilesPerTransaction, cancellationToken);

    /// <summary>
    /// Deletes jobs with their bodies and results, closed slices, and the order in which jobs ended, <paramref name="retention"/>
    /// after they ended. The ledger and the batches stay.
    /// </summary>
    /// <returns>How many jobs went.</returns>
    public static async Task<int> JobsAsync(NpgsqlDataSource dataSource, TimeSpan retention, CancellationToken cancellationToken)
    {
        int jobs = await RepeatAsync(dataSource, JobsSql, [retention, JobStates.Open, FinalStatuses, RowsPerTransaction], RowsPerTransaction, cancellationToken);
        await RepeatAsync(dataSource, SlicesSql, [(short)SliceState.Done, retention, RowsPerTransaction], RowsPerTransaction, cancellationToken);
        await RepeatAsync(dataSource, EndingsSql, [retention, RowsPerTransaction], RowsPerTransaction, cancellationToken);
        return jobs;
    }

    /// <summary>Deletes idempotency keys whose time is up.</summary>
    /// <returns>How many went.</returns>
    public static Task<int> IdempotencyKeysAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken) =>
        RepeatAsync(dataSource, KeysSql, [RowsPerTransaction], RowsPerTransaction, cancellationToken);

    /// <summary>Deletes webhook deliveries, with the log of their attempts, <paramref name="retention"/> after they ended.</summary>
    /// <returns>How many deliveries went.</returns>
    public static Task<int> WebhooksAsync(NpgsqlDataSource dataSource, TimeSpan retention, CancellationToken cancellationToken) =>
        RepeatAsync(dataSource, WebhooksSql, [retention, RowsPerTransaction], RowsPerTransaction, cancellationToken);

    private static async Task<int> RepeatAsync(NpgsqlDataSource dataSource, string sql, object[] parameters, int full, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        int all = 0;
        int deleted;
        do
        {
            await using NpgsqlCommand command = dataSource.CreateCommand(sql);
            foreach (object parameter in parameters)
            {
                command.Parameters.Add(new() { Value = parameter });
            }

            deleted = await command.ExecuteNonQueryAsync(cancellationToken);
            all += deleted;
        }
        while (deleted == full);
        return all;
    }
}
