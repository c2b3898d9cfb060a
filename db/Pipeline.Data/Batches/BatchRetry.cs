using Npgsql;
using NpgsqlTypes;
using Pipeline.Data.Notifications;
using Pipeline.Data.States;
using Pipeline.Data.Webhooks;

namespace Pipeline.Data.Batches;

/// <summary>
/// Puts the failed, cancelled and expired jobs of a batch back into its queue, in slices of their own, with a new window: one
/// transaction. What is completed stays as it is. Attempts go on counting, so that the fence holds against whoever still runs
/// an old one, and the ledger keeps what the old ones cost.
/// </summary>
/// <remarks>Locks as those who end jobs do: first jobs, by id, then the batch. Safe to run twice at once.</remarks>
public static class BatchRetry
{
    private const string LockJobsSql = "SELECT id FROM jobs WHERE batch_id = $1 AND state = ANY($2) ORDER BY id FOR NO KEY UPDATE";

    private const string LockBatchSql = "SELECT status, total, (SELECT count(*) FROM jobs WHERE batch_id = $1) FROM batches WHERE id = $1 FOR NO KEY UPDATE";

    // In the order of their old slices, which is that of the prefix plan. Those whose request is not written yet are held back again.
    private const string RequeueSql =
        """
        WITH gone AS (DELETE FROM job_results WHERE job_id = ANY($1)),
        held AS MATERIALIZED (
            SELECT j.id FROM documents d JOIN jobs j ON j.batch_id = d.batch_id AND j.line = d.line
            WHERE d.batch_id = $5 AND d.waits_for_level IS NOT NULL AND j.id = ANY($1)),
        placed AS MATERIALIZED (
            SELECT j.id, (row_number() OVER (ORDER BY j.slice_id, j.id) - 1) / $2 AS part
            FROM jobs j WHERE j.id = ANY($1) AND NOT EXISTS (SELECT 1 FROM held h WHERE h.id = j.id)),
        parts AS MATERIALIZED (
            SELECT p.part, p.count, nextval(pg_get_serial_sequence('slices', 'id')) AS slice_id
            FROM (SELECT part, count(*)::int AS count FROM placed GROUP BY part ORDER BY part) p),
        made AS (
            INSERT INTO slices (id, tenant_id, batch_id, model, state, job_count, priority, deadline, exclusive, created_at, send_attempts)
            SELECT p.slice_id, b.tenant_id, b.id, b.model, $3, p.count, b.priority, now() + $4, false, now(), 0
            FROM parts p CROSS JOIN batches b WHERE b.id = $5),
        queued AS (
            UPDATE jobs j SET state = $6, slice_id = t.slice_id, retried_after = j.attempts, worker_id = NULL, started_at = NULL, finished_at = NULL
            FROM (SELECT p.id, parts.slice_id FROM placed p JOIN parts ON parts.part = p.part UNION ALL SELECT id, NULL FROM held) t WHERE j.id = t.id)
        SELECT count(*) FROM jobs WHERE id = ANY($1) AND state = $7
        """;

    // Places keep their numbers, by which readers go on.
    private const string UnlistSql =
        """
        WITH retried AS (SELECT unnest($2) AS id),
        listed AS MATERIALIZED (
            SELECT e.first, array_agg(CASE WHEN r.id IS NULL THEN j.id ELSE 0 END ORDER BY j.n) AS job_ids, bool_or(r.id IS NOT NULL) AS changed
            FROM endings e CROSS JOIN LATERAL unnest(e.job_ids) WITH ORDINALITY AS j(id, n) LEFT JOIN retried r ON r.id = j.id
            WHERE e.batch_id = $1 GROUP BY e.first)
        UPDATE endings e SET job_ids = l.job_ids FROM listed l WHERE e.batch_id = $1 AND e.first = l.first AND l.changed
        """;

    private static readonly string ReopenSql =
        $"""
        WITH reopened AS (
            UPDATE batches SET status = $2, outcome = NULL, max_cost = coalesce($7, max_cost), remaining = remaining + $3, failed = failed - $4, expires_at = now() + $5,
                in_progress_at = CASE WHEN $3 > 0 THEN now() END,
                finalizing_at = NULL, completed_at = NULL, expired_at = NULL, cancelling_at = NULL, cancelled_at = NULL
            WHERE id = $1 AND status = ANY($6) RETURNING id)
        SELECT pg_notify('{NotificationChannels.Validation}', id), pg_notify('{NotificationChannels.Dispatch}', ''), pg_notify('{NotificationChannels.Progress}', id)
        FROM reopened
        """;

    /// <summary>Retries what can be retried of a batch.</summary>
    /// <param name="dataSource">The database; its clock decides.</param>
    /// <param name="batchId">The batch.</param>
    /// <param name="jobsPerSlice">Jobs in a slice, at most.</param>
    /// <param name="window">How long the retried jobs have, from now.</param>
    /// <param name="maxCost">The batch's cap from now on; <see langword="null"/> leaves it as it is.</param>
    /// <param name="admit">Asked in the transaction before a batch that has ended goes on; throws if it may not.</param>
    /// <param name="cancellationToken">Gives up; what is not committed is undone.</param>
    public static async Task<RetryOutcome> RunAsync(
        NpgsqlDataSource dataSource, string batchId, int jobsPerSlice, TimeSpan window, decimal? maxCost, Func<NpgsqlConnection, Task>? admit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        await using NpgsqlConnection connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
        long[] jobs = await LockJobsAsync(connection, batchId, cancellationToken);
        (BatchStatus status, int total, long present) = await LockBatchAsync(connection, batchId, cancellationToken);
        BatchStatus to = total > 0 ? BatchStatus.InProgress : BatchStatus.Validating;
        if (status != BatchStatus.InProgress && !Transitions.SourcesOf(to).Contains(status.ToName()))
        {
            return RetryOutcome.NotNow;
        }

        if (present < total)
        {
            return RetryOutcome.Purged;
        }

        if (jobs.Length == 0 && total > 0)
        {
            if (maxCost is not null && status == BatchStatus.InProgress)
            {
                await ExecuteAsync(connection, "UPDATE batches SET max_cost = $2 WHERE id = $1", [batchId, maxCost], cancellationToken);
                await transaction.CommitAsync(cancellationToken);
            }

            return RetryOutcome.NothingToRetry;
        }

        if (status != BatchStatus.InProgress && admit is not null)
        {
            await admit(connection);
        }

        long failed = 0;
        if (jobs.Length > 0)
        {
            failed = await RequeueAsync(connection, batchId, jobs, jobsPerSlice, window, cancellationToken);
        }

        string[] from = [.. Transitions.SourcesOf(to), BatchStatus.InProgress.ToName()];
        await ExecuteAsync(connection, ReopenSql, [batchId, to.ToName(), jobs.Length, (int)failed, window, from, (object?)maxCost ?? DBNull.Value], cancellationToken);
        if (status != BatchStatus.InProgress && to == BatchStatus.InProgress)
        {
            await WebhookOutbox.RecordAsync(connection, batchId, to, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return RetryOutcome.Retried;
    }

    private static async Task<long[]> LockJobsAsync(NpgsqlConnection connection, string batchId, CancellationToken cancellationToken)
    {
        List<long> ids = [];
        await using NpgsqlCommand command = Command(connection, LockJobsSql, [batchId, Transitions.Retryable]);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            ids.Add(reader.GetInt64(0));
        }

        return [.. ids];
    }

    private static async Task<(BatchStatus Status, int Total, long Present)> LockBatchAsync(NpgsqlConnection connection, string batchId, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = Command(connection, LockBatchSql, [batchId]);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? (BatchStatusNames.Parse(reader.GetString(0)), reader.GetInt32(1), reader.GetInt64(2))
            : throw new InvalidOperationException($"There is no batch {batchId}.");
    }

    /// <returns>How many of the jobs had failed, and are no longer to be counted so.</returns>
    private static async Task<long> RequeueAsync(
        NpgsqlConnection connection, string batchId, long[] jobs, int jobsPerSlice, TimeSpan window, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand requeue = Command(
            connection, RequeueSql, [jobs, jobsPerSlice, (short)SliceState.Pending, window, batchId, (short)JobState.Queued, (short)JobState.Failed]);
        long failed = (long)(await requeue.ExecuteScalarAsync(cancellationToken))!;
        await ExecuteAsync(connection, UnlistSql, [batchId, jobs], cancellationToken);
        return failed;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, object[] parameters, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = Command(connection, sql, parameters);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, object[] parameters)
    {
        NpgsqlCommand command = new(sql, connection);
        foreach (object parameter in parameters)
        {
            command.Parameters.Add(parameter is DBNull ? new() { Value = parameter, NpgsqlDbType = NpgsqlDbType.Numeric } : new() { Value = parameter });
        }

        return command;
    }
}
