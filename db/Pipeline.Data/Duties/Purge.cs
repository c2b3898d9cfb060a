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
    private const string OldBatch = "b.status = ANY($1) AND coalesce(b.completed_at, b.failed_at, b.expired_at, b.cancelled_at) < now() - $2";

    private const string OldBatchesSql =
        $"""
        SELECT b.id FROM batches b
        WHERE {OldBatch} AND (EXISTS (SELECT 1 FROM jobs j WHERE j.batch_id = b.id) OR EXISTS (SELECT 1 FROM documents d WHERE d.batch_id = b.id))
        """;

    private const string DeleteJobs =
        """
        bodies AS (DELETE FROM job_bodies b USING old WHERE b.job_id = old.id),
        results AS (DELETE FROM job_results r USING old WHERE r.job_id = old.id)
        DELETE FROM jobs j USING old WHERE j.id = old.id
        """;

    // By the index of the batch's lines, however many jobs there are. A batch that is just being retried is passed over.
    private const string BatchJobsSql =
        $"""
        WITH ended AS MATERIALIZED (SELECT b.id FROM batches b WHERE {OldBatch} AND b.id = $3 FOR NO KEY UPDATE SKIP LOCKED),
        old AS MATERIALIZED (SELECT j.id FROM jobs j JOIN ended ON ended.id = j.batch_id LIMIT $4 FOR UPDATE OF j SKIP LOCKED),
        {DeleteJobs}
        """;

    private const string BatchDocumentsSql =
        $"""
        DELETE FROM documents WHERE batch_id = $3 AND number IN (
            SELECT d.number FROM documents d JOIN batches b ON b.id = d.batch_id
            WHERE {OldBatch} AND d.batch_id = $3 LIMIT $4 FOR UPDATE OF d SKIP LOCKED)
        """;

    private const string SingleJobsSql =
        $"""
        WITH old AS MATERIALIZED (
            SELECT id FROM jobs WHERE batch_id IS NULL AND finished_at < now() - $1 AND NOT state = ANY($2)
            ORDER BY id LIMIT $3 FOR UPDATE SKIP LOCKED),
        {DeleteJobs}
        """;

    // What a batch had of its own: with its secret, it has nothing more to tell.
    private const string BatchWebhooksSql =
        $"""
        DELETE FROM webhook_endpoints WHERE id IN (
            SELECT e.id FROM webhook_endpoints e JOIN batches b ON b.id = e.batch_id
            WHERE {OldBatch} AND NOT EXISTS (SELECT 1 FROM webhook_deliveries d WHERE d.endpoint_id = e.id AND d.state = 0)
            LIMIT $3 FOR UPDATE OF e SKIP LOCKED)
        """;

    private const string ScheduleRunsSql =
        """
        DELETE FROM schedule_runs WHERE id IN (
            SELECT r.id FROM schedule_runs r
            WHERE r.ended_at < now() - $1 AND NOT EXISTS (SELECT 1 FROM batches b WHERE b.id = r.batch_id AND NOT b.status = ANY($2))
            LIMIT $3 FOR UPDATE OF r SKIP LOCKED)
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
    /// Deletes jobs with their bodies and results, what is known of their documents, closed slices, the order in which jobs ended, webhooks of single batches and runs of
    /// schedules, <paramref name="retention"/> after they, or their batch, ended. The ledger and the batches stay.
    /// </summary>
    /// <returns>How many jobs went.</returns>
    public static async Task<int> JobsAsync(NpgsqlDataSource dataSource, TimeSpan retention, CancellationToken cancellationToken)
    {
        int jobs = await RepeatAsync(dataSource, SingleJobsSql, [retention, JobStates.Open, RowsPerTransaction], RowsPerTransaction, cancellationToken);
        foreach (string batchId in await OldBatchesAsync(dataSource, retention, cancellationToken))
        {
            object[] parameters = [FinalStatuses, retention, batchId, RowsPerTransaction];
            jobs += await RepeatAsync(dataSource, BatchJobsSql, parameters, RowsPerTransaction, cancellationToken);
            await RepeatAsync(dataSource, BatchDocumentsSql, parameters, RowsPerTransaction, cancellationToken);
        }

        await RepeatAsync(dataSource, SlicesSql, [(short)SliceState.Done, retention, RowsPerTransaction], RowsPerTransaction, cancellationToken);
        await RepeatAsync(dataSource, EndingsSql, [retention, RowsPerTransaction], RowsPerTransaction, cancellationToken);
        await RepeatAsync(dataSource, BatchWebhooksSql, [FinalStatuses, retention, RowsPerTransaction], RowsPerTransaction, cancellationToken);
        await RepeatAsync(dataSource, ScheduleRunsSql, [retention, FinalStatuses, RowsPerTransaction], RowsPerTransaction, cancellationToken);
        return jobs;
    }

    private static async Task<List<string>> OldBatchesAsync(NpgsqlDataSource dataSource, TimeSpan retention, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        await using NpgsqlCommand command = dataSource.CreateCommand(OldBatchesSql);
        command.Parameters.Add(new() { Value = FinalStatuses });
        command.Parameters.Add(new() { Value = retention });
        List<string> ids = [];
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            ids.Add(reader.GetString(0));
        }

        return ids;
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
