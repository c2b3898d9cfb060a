using Npgsql;
using Pipeline.Data.States;

namespace Pipeline.Data.Webhooks;

/// <summary>
/// Records events for the endpoints that hear of them, in the transaction that makes them true: neither is there without the
/// other. Who delivers is <see cref="WebhookQueue"/>. Bodies are thin, as OpenAI's: what happened and to what; whoever wants
/// to know more asks for it.
/// </summary>
public static class WebhookOutbox
{
    // One event id for all endpoints, a delivery id for each.
    private const string Body =
        """
        json_build_object('id', e.event_id, 'object', 'event', 'created_at', extract(epoch FROM now())::bigint, 'type', e.type, 'data', e.data)::text
        """;

    private const string Deliveries =
        $"""
        INSERT INTO webhook_deliveries (id, endpoint_id, tenant_id, event_id, type, body, state, attempts, next_attempt_at, created_at)
        SELECT 'wh_' || replace(gen_random_uuid()::text, '-', ''), p.id, p.tenant_id, e.event_id, e.type, {Body}, 0, 0, now(), now()
        FROM events e JOIN webhook_endpoints p
            ON p.tenant_id = e.tenant_id AND p.disabled_at IS NULL AND e.type = ANY(p.events) AND (p.batch_id IS NULL OR p.batch_id = e.batch_id)
        """;

    private const string BatchSql =
        $"""
        WITH events AS MATERIALIZED (
            SELECT 'evt_' || replace(gen_random_uuid()::text, '-', '') AS event_id, $2::text AS type, tenant_id, id AS batch_id,
                json_build_object('id', id) AS data
            FROM batches WHERE id = $1)
        {Deliveries}
        """;

    private const string JobSql =
        $"""
        WITH events AS MATERIALIZED (
            SELECT 'evt_' || replace(gen_random_uuid()::text, '-', '') AS event_id, '{WebhookEventTypes.JobCompleted}' AS type, j.tenant_id, j.batch_id,
                json_build_object('id', 'job_' || lpad(to_hex(j.id), 16, '0'), 'batch_id', j.batch_id, 'custom_id', b.custom_id,
                    'status', CASE j.state WHEN $2 THEN 'completed' ELSE 'failed' END) AS data
            FROM jobs j JOIN job_bodies b ON b.job_id = j.id
            WHERE j.id = ANY($1) AND j.state IN ($2, $3)
              AND j.tenant_id IN (SELECT tenant_id FROM webhook_endpoints WHERE '{WebhookEventTypes.JobCompleted}' = ANY(events)))
        {Deliveries}
        """;

    /// <summary>Records that a batch has come to a status. To be called once for each, where the status is written.</summary>
    /// <param name="connection">Where the transaction is in which the status changes.</param>
    /// <param name="batchId">The batch.</param>
    /// <param name="status">Completed, failed, expired, cancelled or in progress.</param>
    /// <param name="cancellationToken">Gives up; the transaction is then to be rolled back.</param>
    public static async Task RecordAsync(NpgsqlConnection connection, string batchId, BatchStatus status, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        await using NpgsqlCommand command = new(BatchSql, connection)
        {
            Parameters = { new() { Value = batchId }, new() { Value = WebhookEventTypes.Of(status) } },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Adds the statement that records jobs which have just got their answers; those that have none are left out.</summary>
    internal static void AddJobs(NpgsqlBatch batch, long[] jobIds) => batch.BatchCommands.Add(new(JobSql)
    {
        Parameters =
        {
            new() { Value = jobIds },
            new() { Value = (short)JobState.Completed },
            new() { Value = (short)JobState.Failed },
        },
    });
}
