using Npgsql;
using Pipeline.Data.Budgets;
using Pipeline.Data.States;

namespace Pipeline.Data.Claims;

/// <summary>Claims the jobs of a slice that are still open. Thread-safe.</summary>
/// <param name="dataSource">The database.</param>
public sealed class SliceClaimer(NpgsqlDataSource dataSource)
{
    // Who comes second skips what the first is taking: two deliveries of one slice share its jobs and never wait for each other.
    // A worker whose lease was ended claims nothing, and a job of a batch that is ending is not begun any more.
    // What a cap holds is not for this statement: MeteredClaim reserves first.
    // By id + 0, which no index has, and by an array of ids: to a planner that has seen few slices, going through all jobs there have
    // ever been, in the order of their ids, looks as cheap as looking up these.
    private const string ClaimSql =
        """
        WITH open AS (
            SELECT j.id FROM jobs j
            WHERE j.slice_id = $1 AND j.state = ANY($2)
              AND EXISTS (
                  SELECT 1 FROM slices s LEFT JOIN batches b ON b.id = s.batch_id LEFT JOIN tenants t ON t.id = s.tenant_id
                  WHERE s.id = $1 AND (s.batch_id IS NULL OR b.status = $3) AND b.max_cost IS NULL AND t.max_monthly_cost IS NULL)
              AND EXISTS (SELECT 1 FROM workers w WHERE w.id = $4 AND w.stopped_at IS NULL)
            ORDER BY j.id + 0 LIMIT $5
            FOR NO KEY UPDATE OF j SKIP LOCKED),
        claimed AS (
            UPDATE jobs j SET state = $6, attempts = j.attempts + 1, worker_id = $4, started_at = now()
            WHERE j.id = ANY(ARRAY(SELECT id FROM open))
            RETURNING j.id, j.attempts, j.tenant_id, j.batch_id),
        noted AS (
            INSERT INTO slice_claims (slice_id, worker_id) SELECT $1, $4 WHERE EXISTS (SELECT 1 FROM claimed) ON CONFLICT DO NOTHING)
        SELECT c.id, c.attempts, c.tenant_id, c.batch_id, b.url, b.body,
            EXISTS (SELECT 1 FROM jobs j WHERE j.slice_id = $1 AND j.state = ANY($2) AND j.id + 0 > (SELECT max(id) FROM open))
        FROM claimed c JOIN job_bodies b ON b.job_id = c.id ORDER BY c.id
        """;

    /// <summary>Claims up to <paramref name="atMost"/> queued jobs of the slice for a worker, each under a new attempt.</summary>
    /// <returns>
    /// The claimed jobs; none when nothing of the slice is open, the worker's lease has ended, or a cap has no room for what the next job
    /// may cost.
    /// </returns>
    public async Task<ClaimedJobs> ClaimAsync(long sliceId, string workerId, int atMost, CancellationToken cancellationToken)
    {
        ClaimedJobs claimed = await ClaimFreeAsync(sliceId, workerId, atMost, cancellationToken);
        return claimed.Jobs.Count > 0 ? claimed : await MeteredClaim.RunAsync(dataSource, sliceId, workerId, atMost, cancellationToken);
    }

    /// <summary>Whether the worker's lease has not been ended by anybody.</summary>
    public async Task<bool> HoldsLeaseAsync(string workerId, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = dataSource.CreateCommand("SELECT EXISTS (SELECT 1 FROM workers WHERE id = $1 AND stopped_at IS NULL)");
        command.Parameters.Add(new() { Value = workerId });
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>
    /// Leaves a slice that a consumer is done with, so that its message may be acknowledged: closed if none of its jobs is open,
    /// or waiting to be sent again, a second from now, if some are still queued. Those are jobs of a worker that stops, and
    /// jobs that somebody else was just claiming, and so were skipped: a worker killed in the middle of its claim gets none.
    /// </summary>
    public async Task LeaveAsync(long sliceId, CancellationToken cancellationToken)
    {
        await using NpgsqlConnection connection = await dataSource.OpenConnectionAsync(cancellationToken);
        // As a rule the commit of its last job has closed it.
        await using NpgsqlCommand isDone = new("SELECT EXISTS (SELECT 1 FROM slices WHERE id = $1 AND state = $2)", connection)
        {
            Parameters = { new() { Value = sliceId }, new() { Value = (short)SliceState.Done } },
        };
        if ((bool)(await isDone.ExecuteScalarAsync(cancellationToken))!)
        {
            return;
        }

        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using NpgsqlBatch batch = new(connection, transaction);
        SliceStates.AddReturn(batch, [sliceId]);
        SliceStates.AddClose(batch, [sliceId]);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>What a claim has claimed: id, attempt, tenant, batch, path and body, whether there is more, and where they are metered their quotes.</summary>
    internal static async Task<ClaimedJobs> ReadAsync(NpgsqlCommand command, long sliceId, string workerId, CancellationToken cancellationToken)
    {
        List<ClaimedJob> jobs = [];
        bool hasMore = false;
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        bool metered = reader.FieldCount > 7;
        while (await reader.ReadAsync(cancellationToken))
        {
            jobs.Add(new ClaimedJob(
                reader.GetInt64(0), reader.GetInt16(1), workerId, reader.GetGuid(2), reader.IsDBNull(3) ? null : reader.GetString(3), sliceId, reader.GetString(4), reader.GetString(5))
            {
                Quote = metered ? reader.GetDecimal(7) : null,
            });
            hasMore = reader.GetBoolean(6);
        }

        return new ClaimedJobs(jobs, hasMore);
    }

    private async Task<ClaimedJobs> ClaimFreeAsync(long sliceId, string workerId, int atMost, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = dataSource.CreateCommand(ClaimSql);
        command.Parameters.Add(new() { Value = sliceId });
        command.Parameters.Add(new() { Value = Transitions.SourcesOf(JobState.Running) });
        command.Parameters.Add(new() { Value = BatchStatus.InProgress.ToName() });
        command.Parameters.Add(new() { Value = workerId });
        command.Parameters.Add(new() { Value = atMost });
        command.Parameters.Add(new() { Value = (short)JobState.Running });
        return await ReadAsync(command, sliceId, workerId, cancellationToken);
    }
}
