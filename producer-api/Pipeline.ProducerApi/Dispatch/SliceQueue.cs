using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Data.Entities;
using Pipeline.Data.States;

namespace Pipeline.ProducerApi.Dispatch;

/// <summary>The slices that wait in the database: which may go next, and what became of them.</summary>
internal sealed class SliceQueue(NpgsqlDataSource dataSource, IOptions<ApiOptions> options, TimeProvider time)
{
    /// <summary>The models that slices wait for, found by skipping through the index.</summary>
    private const string ModelsSql =
        """
        WITH RECURSIVE m AS (
            (SELECT model FROM slices WHERE state = 0 ORDER BY model LIMIT 1)
            UNION ALL
            SELECT (SELECT s.model FROM slices s WHERE s.state = 0 AND s.model > m.model ORDER BY s.model LIMIT 1) FROM m WHERE m.model IS NOT NULL)
        SELECT model FROM m WHERE model IS NOT NULL
        """;

    /// <summary>
    /// Takes slices while fewer jobs are on their way than the model's workers run at a time and end within <c>$3</c> seconds: what
    /// waits at the broker is passed by nobody. Jobs are counted one by one only in slices that somebody has begun. The order over the
    /// tenants is start-time fair queueing (<see cref="DispatchTurn"/>) by jobs and weights, where who has been away for a while may be
    /// up to <c>$4</c> jobs behind the clock; a tenant's own slices go by priority, deadline and age. What somebody else is just
    /// closing is passed over.
    /// </summary>
    private const string TakeSql =
        """
        WITH RECURSIVE t AS (
            (SELECT tenant_id FROM slices WHERE model = $1 AND state = 0 ORDER BY tenant_id LIMIT 1)
            UNION ALL
            SELECT (SELECT s.tenant_id FROM slices s WHERE s.model = $1 AND s.state = 0 AND s.tenant_id > t.tenant_id ORDER BY s.tenant_id LIMIT 1)
            FROM t WHERE t.tenant_id IS NOT NULL),
        room AS (
            SELECT greatest(1,
                (SELECT coalesce(sum(max_running), 0) FROM workers WHERE model = $1 AND stopped_at IS NULL)
                + $3 * (SELECT coalesce(sum(job_count), 0) FROM slices WHERE model = $1 AND state = 3 AND done_at > now() - interval '1 second' AND sent_at IS NOT NULL))
                - (SELECT coalesce(sum(CASE WHEN EXISTS (SELECT 1 FROM slice_claims c WHERE c.slice_id = s.id)
                        THEN (SELECT count(*) FROM jobs j WHERE j.slice_id = s.id AND j.state IN (0, 1)) ELSE s.job_count END), 0)
                    FROM slices s WHERE s.model = $1 AND s.state IN (1, 2)) AS jobs),
        clock AS (
            SELECT coalesce(max(start), 0) AS now FROM dispatch_turns WHERE model = $1),
        queue AS (
            SELECT n.id AS tenant_id, n.weight, greatest(d.finish, clock.now - $4 / n.weight::float8) AS start
            FROM t JOIN tenants n ON n.id = t.tenant_id AND n.suspended_at IS NULL
            LEFT JOIN dispatch_turns d ON d.model = $1 AND d.tenant_id = n.id
            CROSS JOIN clock),
        head AS (
            SELECT h.id, q.tenant_id, h.job_count,
                q.start + (h.jobs - h.job_count) / q.weight::float8 AS start, q.start + h.jobs / q.weight::float8 AS finish
            FROM queue q CROSS JOIN LATERAL (
                SELECT s.id, s.job_count, sum(s.job_count) OVER (ORDER BY s.priority DESC, s.deadline NULLS FIRST, s.id) AS jobs
                FROM slices s
                WHERE s.model = $1 AND s.tenant_id = q.tenant_id AND s.state = 0 AND (s.not_before IS NULL OR s.not_before <= $2)
                ORDER BY s.priority DESC, s.deadline NULLS FIRST, s.id
                LIMIT CASE WHEN (SELECT jobs FROM room) > 0 THEN 32 ELSE 0 END) h),
        chosen AS (
            SELECT * FROM (SELECT *, sum(job_count) OVER (ORDER BY start, finish, id) - job_count AS before FROM head) o
            WHERE before < (SELECT jobs FROM room)),
        free AS (
            SELECT id FROM slices WHERE id IN (SELECT id FROM chosen) AND state = 0 ORDER BY id FOR NO KEY UPDATE SKIP LOCKED),
        next AS (
            SELECT chosen.* FROM chosen JOIN free ON free.id = chosen.id),
        charged AS (
            INSERT INTO dispatch_turns (model, tenant_id, start, finish)
            SELECT $1, tenant_id, max(start), max(finish) FROM next GROUP BY tenant_id
            ON CONFLICT (model, tenant_id) DO UPDATE SET start = EXCLUDED.start, finish = EXCLUDED.finish),
        taken AS (
            UPDATE slices SET state = 1, sending_at = $2, send_attempts = send_attempts + 1, not_before = NULL
            FROM next WHERE slices.id = next.id
            RETURNING slices.id, slices.exclusive)
        SELECT taken.id, taken.exclusive FROM taken JOIN next ON next.id = taken.id ORDER BY next.start, next.finish, next.id
        """;

    private const string ForgetSql =
        "DELETE FROM dispatch_turns WHERE model = $1 AND finish < (SELECT max(start) FROM dispatch_turns WHERE model = $1) - $2";

    /// <summary>The models that slices wait for.</summary>
    public async Task<List<string>> ModelsAsync(CancellationToken cancellationToken)
    {
        List<string> models = [];
        await using NpgsqlCommand command = dataSource.CreateCommand(ModelsSql);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            models.Add(reader.GetString(0));
        }

        return models;
    }

    /// <summary>Marks the next slices of a model as being sent, as many as its workers need; committed when this returns.</summary>
    /// <returns>They, in the order in which they are to be sent.</returns>
    /// <remarks>One process at a time for a model, so that two do not fill the same places.</remarks>
    public async Task<List<PendingSlice>> TakeAsync(string model, CancellationToken cancellationToken)
    {
        double burst = options.Value.DispatchBurstJobs;
        await using NpgsqlConnection connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using NpgsqlBatch batch = new(connection, transaction)
        {
            BatchCommands =
            {
                new("SELECT pg_advisory_xact_lock(hashtextextended('dispatch ' || $1, 0))") { Parameters = { new() { Value = model } } },
                new(TakeSql)
                {
                    Parameters = { new() { Value = model }, new() { Value = time.GetUtcNow() }, new() { Value = options.Value.DispatchAheadSeconds }, new() { Value = burst } },
                },
                new(ForgetSql) { Parameters = { new() { Value = model }, new() { Value = burst } } },
            },
        };
        List<PendingSlice> slices = [];
        await using (NpgsqlDataReader reader = await batch.ExecuteReaderAsync(cancellationToken))
        {
            await reader.NextResultAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                slices.Add(new PendingSlice(reader.GetInt64(0), model, reader.GetBoolean(1)));
            }
        }

        await transaction.CommitAsync(cancellationToken);
        return slices;
    }

    /// <summary>Marks slices as confirmed by the broker. One that is done already stays so.</summary>
    public Task MarkSentAsync(long[] ids, CancellationToken cancellationToken) => ExecuteAsync(
        "UPDATE slices SET state = $2, sent_at = $3 WHERE id = ANY($1) AND state = $4", ids, SliceState.Sent, time.GetUtcNow(), cancellationToken);

    /// <summary>Puts slices back that the broker did not take, to wait for <paramref name="delay"/>.</summary>
    public Task PutBackAsync(long[] ids, TimeSpan delay, CancellationToken cancellationToken) => ExecuteAsync(
        "UPDATE slices SET state = $2, not_before = $3 WHERE id = ANY($1) AND state = $4", ids, SliceState.Pending, time.GetUtcNow() + delay, cancellationToken);

    private async Task ExecuteAsync(string sql, long[] ids, SliceState state, DateTimeOffset at, CancellationToken cancellationToken)
    {
        if (ids.Length == 0)
        {
            return;
        }

        await using NpgsqlCommand command = dataSource.CreateCommand(sql);
        command.Parameters.Add(new() { Value = ids });
        command.Parameters.Add(new() { Value = (short)state });
        command.Parameters.Add(new() { Value = at });
        command.Parameters.Add(new() { Value = (short)SliceState.Sending });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
