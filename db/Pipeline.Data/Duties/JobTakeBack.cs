using System.Text.Json;
using Npgsql;
using Pipeline.Data.Notifications;
using Pipeline.Data.Results;
using Pipeline.Data.States;

namespace Pipeline.Data.Duties;

/// <summary>Takes the running jobs of dead workers back, and ends those that lost too many of them.</summary>
/// <remarks>
/// A claim counts as a death unless the ledger says that the worker gave the job back itself; a retry begins to count anew. After one death jobs travel
/// on in exclusive slices of <see cref="SliceAfterOne"/>, after two each alone, and after <see cref="Deaths"/> it is over:
/// the job that kills its workers ends up alone, and the innocent go on. Safe to run twice at once.
/// </remarks>
public static class JobTakeBack
{
    /// <summary>Deaths of workers after which a job is failed.</summary>
    public const int Deaths = 3;

    /// <summary>Jobs in a slice of those that lost one worker.</summary>
    public const int SliceAfterOne = 16;

    /// <summary>The error code of a job that lost too many workers.</summary>
    public const string WorkerLost = "worker_lost";

    // More wait for the next run, so that no transaction grows without bound.
    private const int JobsPerRun = 10_000;

    private const string BurySql = "UPDATE workers SET stopped_at = now() WHERE stopped_at IS NULL AND heartbeat_at < now() - $1";

    private static readonly string TakeBackSql =
        $"""
        WITH lost AS MATERIALIZED (
            SELECT j.id, j.tenant_id, j.batch_id, j.model, j.priority, j.slice_id AS old_slice_id, b.expires_at AS deadline, b.status,
                j.attempts - j.retried_after - (SELECT count(*) FROM job_costs c WHERE c.job_id = j.id AND c.outcome = 'released' AND c.attempt > j.retried_after) AS deaths
            FROM jobs j LEFT JOIN workers w ON w.id = j.worker_id LEFT JOIN batches b ON b.id = j.batch_id
            WHERE j.state = $10 AND (w.id IS NULL OR w.stopped_at IS NOT NULL)
              AND j.slice_id = ANY(ARRAY(
                  SELECT c.slice_id FROM slice_claims c LEFT JOIN workers h ON h.id = c.worker_id WHERE h.id IS NULL OR h.stopped_at IS NOT NULL))
            ORDER BY j.id + 0 LIMIT $1
            FOR NO KEY UPDATE OF j SKIP LOCKED),
        fates AS (
            SELECT *,
                CASE WHEN status = $2 THEN $3::smallint WHEN deaths >= $4 THEN $5::smallint ELSE $6::smallint END AS fate,
                CASE WHEN deaths <= 1 THEN $7 ELSE 1 END AS size
            FROM lost),
        numbered AS (
            SELECT *, (row_number() OVER (PARTITION BY tenant_id, batch_id, model, priority, size ORDER BY id) - 1) / size AS part
            FROM fates WHERE fate = $6),
        keyed AS MATERIALIZED (
            SELECT *, dense_rank() OVER (ORDER BY batch_id, tenant_id, model, priority, size, part) AS key FROM numbered),
        groups AS MATERIALIZED (
            SELECT g.*, nextval(pg_get_serial_sequence('slices', 'id')) AS slice_id
            FROM (SELECT key, min(tenant_id::text)::uuid AS tenant_id, min(batch_id) AS batch_id, min(model) AS model, min(priority) AS priority,
                    min(deadline) AS deadline, count(*) AS count
                  FROM keyed GROUP BY key ORDER BY key) g),
        made AS (
            INSERT INTO slices (id, tenant_id, batch_id, model, state, job_count, priority, deadline, exclusive, created_at, send_attempts)
            SELECT slice_id, tenant_id, batch_id, model, $8, count, priority, deadline, true, now(), 0 FROM groups),
        changed AS (
            UPDATE jobs j SET
                state = f.fate,
                slice_id = COALESCE(g.slice_id, j.slice_id),
                finished_at = CASE WHEN f.fate = $6 THEN NULL ELSE now() END
            FROM fates f LEFT JOIN keyed k ON k.id = f.id LEFT JOIN groups g ON g.key = k.key
            WHERE j.id = f.id),
        results AS (
            INSERT INTO job_results (job_id, status_code, request_id, body, created_at)
            SELECT id, 500, 'req_' || replace(gen_random_uuid()::text, '-', ''), replace($9, '<attempts>', deaths::text), now()
            FROM fates WHERE fate = $5),
        told AS (
            SELECT pg_notify('{NotificationChannels.Dispatch}', model) FROM (SELECT DISTINCT model FROM groups) m)
        SELECT f.id, f.batch_id, f.old_slice_id, f.fate, (SELECT count(*) FROM told) FROM fates f
        """;

    private static readonly string ErrorBody = JsonSerializer.Serialize(new
    {
        error = new
        {
            message = "The worker was lost while it ran this request, in <attempts> attempts out of <attempts>. It is not tried again.",
            type = "server_error",
            param = (string?)null,
            code = WorkerLost,
        },
    }).Replace("\\u003C", "<", StringComparison.Ordinal).Replace("\\u003E", ">", StringComparison.Ordinal);

    /// <summary>Ends the leases that have run out, and takes back what their holders ran.</summary>
    /// <param name="dataSource">The database; its clock decides.</param>
    /// <param name="lease">How long a worker may go unheard of.</param>
    /// <param name="cancellationToken">Gives up; what is not committed is undone.</param>
    public static async Task<TakeBackReport> RunAsync(NpgsqlDataSource dataSource, TimeSpan lease, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        // First, and for itself: from here on the dead cannot claim, and know it when they come back.
        int buried;
        await using (NpgsqlCommand bury = dataSource.CreateCommand(BurySql))
        {
            bury.Parameters.Add(new() { Value = lease });
            buried = await bury.ExecuteNonQueryAsync(cancellationToken);
        }

        await using NpgsqlConnection connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
        List<SettledJob> jobs = await TakeBackAsync(connection, transaction, cancellationToken);
        // The slices of requeued jobs are new and pending already: the slices that they left have nothing to be sent for.
        await Settlement.SettleAsync(connection, transaction, jobs, returnSlices: false, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new TakeBackReport(
            buried,
            jobs.Count(job => job.State == JobState.Queued),
            jobs.Count(job => job.State == JobState.Failed),
            jobs.Count(job => job.State == JobState.Cancelled));
    }

    private static async Task<List<SettledJob>> TakeBackAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = new(TakeBackSql, connection, transaction)
        {
            Parameters =
            {
                new() { Value = JobsPerRun },
                new() { Value = BatchStatus.Cancelling.ToName() },
                new() { Value = (short)JobState.Cancelled },
                new() { Value = Deaths },
                new() { Value = (short)JobState.Failed },
                new() { Value = (short)JobState.Queued },
                new() { Value = SliceAfterOne },
                new() { Value = (short)SliceState.Pending },
                new() { Value = ErrorBody },
                new() { Value = (short)JobState.Running },
            },
        };
        List<SettledJob> jobs = [];
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            jobs.Add(new(
                reader.GetInt64(0), reader.IsDBNull(1) ? null : reader.GetString(1), reader.IsDBNull(2) ? null : reader.GetInt64(2), (JobState)reader.GetInt16(3), default));
        }

        return jobs;
    }
}
