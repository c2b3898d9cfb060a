using Npgsql;
using Pipeline.Data.States;

namespace Pipeline.ProducerApi.Dispatch;

/// <summary>The slices that wait in the database: which may go next, and what became of them.</summary>
internal sealed class SliceQueue(NpgsqlDataSource dataSource, TimeProvider time)
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
    /// Takes the heads of the tenants' queues, and among them first those of the highest priority, then those of the tenant
    /// that has the fewest slices on their way: with one free place at a time, that goes round robin.
    /// </summary>
    private const string TakeSql =
        """
        WITH RECURSIVE t AS (
            (SELECT tenant_id FROM slices WHERE model = $1 AND state = 0 ORDER BY tenant_id LIMIT 1)
            UNION ALL
            SELECT (SELECT s.tenant_id FROM slices s WHERE s.model = $1 AND s.state = 0 AND s.tenant_id > t.tenant_id ORDER BY s.tenant_id LIMIT 1)
            FROM t WHERE t.tenant_id IS NOT NULL),
        away AS (
            SELECT tenant_id, count(*) AS n FROM slices WHERE model = $1 AND state IN (1, 2) GROUP BY tenant_id),
        free AS (
            SELECT greatest(0, $2 - coalesce(sum(n), 0))::int AS places FROM away),
        head AS (
            SELECT h.id
            FROM t
            LEFT JOIN away ON away.tenant_id = t.tenant_id
            CROSS JOIN LATERAL (
                SELECT s.id, s.priority, s.deadline,
                       row_number() OVER (ORDER BY s.priority DESC, s.deadline NULLS FIRST, s.id) AS turn
                FROM slices s
                WHERE s.model = $1 AND s.tenant_id = t.tenant_id AND s.state = 0 AND (s.not_before IS NULL OR s.not_before <= $3)
                ORDER BY s.priority DESC, s.deadline NULLS FIRST, s.id
                LIMIT (SELECT places FROM free)) h
            ORDER BY h.priority DESC, coalesce(away.n, 0) + h.turn, h.deadline NULLS FIRST, h.id
            LIMIT (SELECT places FROM free))
        UPDATE slices SET state = 1, sending_at = $3, send_attempts = send_attempts + 1, not_before = NULL
        FROM head WHERE slices.id = head.id
        RETURNING slices.id, slices.model, slices.exclusive
        """;

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

    /// <summary>Marks as many slices as the model's window has room for as being sent; committed when this returns.</summary>
    /// <remarks>One process at a time for a model, so that two do not fill the same places.</remarks>
    public async Task<List<PendingSlice>> TakeAsync(string model, int window, CancellationToken cancellationToken)
    {
        await using NpgsqlConnection connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using NpgsqlCommand turn = new("SELECT pg_advisory_xact_lock(hashtextextended('dispatch ' || $1, 0))", connection)
        {
            Parameters = { new() { Value = model } },
        };
        await turn.ExecuteNonQueryAsync(cancellationToken);
        List<PendingSlice> slices = [];
        await using (NpgsqlCommand take = new(TakeSql, connection)
        {
            Parameters = { new() { Value = model }, new() { Value = (long)window }, new() { Value = time.GetUtcNow() } },
        })
        await using (NpgsqlDataReader reader = await take.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                slices.Add(new PendingSlice(reader.GetInt64(0), reader.GetString(1), reader.GetBoolean(2)));
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
