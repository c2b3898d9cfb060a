using Npgsql;
using Pipeline.Data.Entities;
using Pipeline.Data.States;

namespace Pipeline.Data.Results;

/// <summary>
/// Commits how attempts ended: one transaction a group, set-based. Whether a job is still its worker's is decided by the
/// row, by state, worker and attempt: a result that comes too late is dropped, and its cost recorded as fenced. Thread-safe.
/// </summary>
/// <param name="dataSource">The database.</param>
/// <remarks>Committing the same group again does nothing, so that a commit whose reply was lost may be repeated.</remarks>
public sealed class ResultCommitter(NpgsqlDataSource dataSource)
{
    // A job that is handed back while its batch is being cancelled is not put back into the queue: nobody would take it.
    // What is kept brings its input along: to find it again would mean comparing each with each.
    private const string CommitSql =
        """
        WITH input AS (
            SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $33)
            AS t(job_id, attempt, worker_id, state, outcome, tenant_id, batch_id, model, status_code, request_id, body,
                 prompt, cached, completion, drafted, accepted, queue_s, prefill_s, decode_s, device_s, price, input_price, cached_input_price, output_price, cost, currency,
                 plain_decode_s)),
        done AS (
            UPDATE jobs j SET
                state = CASE WHEN i.state = $27 AND b.status = $28 THEN $29 ELSE i.state END,
                finished_at = CASE WHEN i.state = $27 AND b.status IS DISTINCT FROM $28 THEN NULL ELSE now() END
            FROM input i LEFT JOIN batches b ON b.id = i.batch_id
            WHERE j.id = i.job_id AND j.attempts = i.attempt AND j.worker_id = i.worker_id AND j.state = ANY($30)
            RETURNING i.*, j.state AS ended),
        results AS (
            INSERT INTO job_results (job_id, status_code, request_id, body, created_at)
            SELECT job_id, status_code, request_id, body, now() FROM done WHERE ended = ANY($31)),
        fenced AS (
            SELECT * FROM input WHERE (job_id, attempt) NOT IN (SELECT job_id, attempt FROM done)),
        costs AS (
            INSERT INTO job_costs (job_id, attempt, tenant_id, batch_id, model, worker_id, outcome, prompt_tokens, cached_tokens,
                completion_tokens, drafted_tokens, accepted_tokens, queue_seconds, prefill_seconds, decode_seconds, plain_decode_seconds,
                device_seconds, price_per_device_hour, input_price, cached_input_price, output_price, cost, currency, created_at)
            SELECT job_id, attempt, tenant_id, batch_id, model, worker_id, outcome, prompt, cached, completion, drafted, accepted,
                queue_s, prefill_s, decode_s, plain_decode_s, device_s, price, input_price, cached_input_price, output_price, cost, currency, now()
            FROM done
            UNION ALL
            SELECT job_id, attempt, tenant_id, batch_id, model, worker_id, $32, prompt, cached, completion, drafted, accepted,
                queue_s, prefill_s, decode_s, plain_decode_s, device_s, price, input_price, cached_input_price, output_price, 0, currency, now()
            FROM fenced
            ON CONFLICT (job_id, attempt) DO NOTHING)
        SELECT job_id, attempt, ended FROM done
        """;

    /// <summary>Commits a group of attempts, each of them at most once in it.</summary>
    /// <returns>Ids of the jobs whose outcome was kept; those of the others had been taken back before.</returns>
    /// <exception cref="NpgsqlException">Nothing was committed, or that is not known. May be repeated.</exception>
    public async Task<IReadOnlySet<(long JobId, short Attempt)>> CommitAsync(IReadOnlyList<FinishedAttempt> attempts, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(attempts);
        if (attempts.Count == 0)
        {
            return new HashSet<(long, short)>();
        }

        await using NpgsqlConnection connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
        Dictionary<(long, short), JobState> kept = await EndJobsAsync(connection, transaction, attempts, cancellationToken);
        if (kept.Count > 0)
        {
            List<SettledJob> settled = [];
            foreach (FinishedAttempt attempt in attempts)
            {
                if (kept.TryGetValue((attempt.Job.Id, attempt.Job.Attempt), out JobState state))
                {
                    AttemptTokens tokens = state == JobState.Completed ? attempt.Tokens : default;
                    settled.Add(new(attempt.Job.Id, attempt.Job.BatchId, attempt.Job.SliceId, state, tokens) { TenantId = attempt.Job.TenantId, Cost = attempt.Cost });
                }
            }

            await Settlement.SettleAsync(connection, transaction, settled, returnSlices: true, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return kept.Keys.ToHashSet();
    }

    private static async Task<Dictionary<(long, short), JobState>> EndJobsAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<FinishedAttempt> attempts, CancellationToken cancellationToken)
    {
        await using NpgsqlBatch batch = new(connection, transaction);
        batch.BatchCommands.Add(new("SELECT 1 FROM jobs WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE") { Parameters = { Array(attempts, a => a.Job.Id) } });
        NpgsqlBatchCommand command = new(CommitSql);
        command.Parameters.Add(Array(attempts, a => a.Job.Id));
        command.Parameters.Add(Array(attempts, a => a.Job.Attempt));
        command.Parameters.Add(Array(attempts, a => a.Job.WorkerId));
        command.Parameters.Add(Array(attempts, a => (short)StateAfter(a.Outcome)));
        command.Parameters.Add(Array(attempts, a => Name(a.Outcome)));
        command.Parameters.Add(Array(attempts, a => a.Job.TenantId));
        command.Parameters.Add(Array(attempts, a => a.Job.BatchId));
        command.Parameters.Add(Array(attempts, a => a.Model));
        command.Parameters.Add(Array(attempts, a => a.StatusCode));
        command.Parameters.Add(Array(attempts, a => a.RequestId));
        command.Parameters.Add(Array(attempts, a => a.Body));
        command.Parameters.Add(Array(attempts, a => a.Tokens.Prompt));
        command.Parameters.Add(Array(attempts, a => a.Tokens.Cached));
        command.Parameters.Add(Array(attempts, a => a.Tokens.Completion));
        command.Parameters.Add(Array(attempts, a => a.Tokens.Drafted));
        command.Parameters.Add(Array(attempts, a => a.Tokens.Accepted));
        command.Parameters.Add(Array(attempts, a => a.Seconds.Queue));
        command.Parameters.Add(Array(attempts, a => a.Seconds.Prefill));
        command.Parameters.Add(Array(attempts, a => a.Seconds.Decode));
        command.Parameters.Add(Array(attempts, a => a.Seconds.Device));
        command.Parameters.Add(Array(attempts, a => a.PricePerDeviceHour));
        command.Parameters.Add(Array(attempts, a => a.ListedPrice?.Input));
        command.Parameters.Add(Array(attempts, a => a.ListedPrice?.CachedInput));
        command.Parameters.Add(Array(attempts, a => a.ListedPrice?.Output));
        command.Parameters.Add(Array(attempts, a => a.Cost));
        command.Parameters.Add(Array(attempts, a => a.Currency));
        command.Parameters.Add(new() { Value = (short)JobState.Queued });
        command.Parameters.Add(new() { Value = BatchStatus.Cancelling.ToName() });
        command.Parameters.Add(new() { Value = (short)JobState.Cancelled });
        command.Parameters.Add(new() { Value = Transitions.SourcesOf(JobState.Completed) });
        command.Parameters.Add(new() { Value = new[] { (short)JobState.Completed, (short)JobState.Failed } });
        command.Parameters.Add(new() { Value = Name(AttemptOutcome.Fenced) });
        command.Parameters.Add(Array(attempts, a => a.Seconds.PlainDecode));
        batch.BatchCommands.Add(command);

        Dictionary<(long, short), JobState> kept = [];
        await using NpgsqlDataReader reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            kept.Add((reader.GetInt64(0), reader.GetInt16(1)), (JobState)reader.GetInt16(2));
        }

        return kept;
    }

    private static NpgsqlParameter<T[]> Array<T>(IReadOnlyList<FinishedAttempt> attempts, Func<FinishedAttempt, T> value) =>
        new() { TypedValue = [.. attempts.Select(value)] };

    private static string Name(AttemptOutcome outcome) => outcome.ToString().ToLowerInvariant();

    private static JobState StateAfter(AttemptOutcome outcome) => outcome switch
    {
        AttemptOutcome.Completed => JobState.Completed,
        AttemptOutcome.Failed => JobState.Failed,
        AttemptOutcome.Cancelled => JobState.Cancelled,
        AttemptOutcome.Released => JobState.Queued,
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "A worker cannot say this of an attempt."),
    };
}
