using Npgsql;
using Pipeline.Data.States;

namespace Pipeline.Data.Webhooks;

/// <summary>The deliveries that wait: which are due, and what became of them. Thread-safe.</summary>
/// <param name="dataSource">The database; its clock decides what is due.</param>
public sealed class WebhookQueue(NpgsqlDataSource dataSource)
{
    // Of each endpoint a few, so that one that is slow or has very many does not hold up the others.
    private const string TakeSql =
        """
        WITH due AS (
            SELECT d.id, row_number() OVER (PARTITION BY d.endpoint_id ORDER BY d.next_attempt_at, d.id) AS turn
            FROM webhook_deliveries d JOIN webhook_endpoints p ON p.id = d.endpoint_id
            WHERE d.state = 0 AND d.next_attempt_at <= now() AND p.disabled_at IS NULL),
        picked AS (
            SELECT d.id FROM webhook_deliveries d JOIN due ON due.id = d.id AND due.turn <= $1
            WHERE d.state = 0 AND d.next_attempt_at <= now()
            ORDER BY d.next_attempt_at, d.id LIMIT $2 FOR UPDATE OF d SKIP LOCKED)
        UPDATE webhook_deliveries d SET attempts = d.attempts + 1, next_attempt_at = now() + $3
        FROM picked, webhook_endpoints p WHERE d.id = picked.id AND p.id = d.endpoint_id
        RETURNING d.id, d.endpoint_id, p.url, p.secret, CASE WHEN p.old_secret_expires_at > now() THEN p.old_secret END, d.body, d.attempts
        """;

    private const string RecordSql =
        """
        WITH logged AS (
            INSERT INTO webhook_attempts (delivery_id, number, started_at, seconds, status_code, error) VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (delivery_id, number) DO NOTHING)
        UPDATE webhook_deliveries SET state = $7, next_attempt_at = now() + $8, finished_at = CASE WHEN $7 = 0 THEN NULL ELSE now() END
        WHERE id = $1 AND attempts = $2 AND state = 0
        """;

    /// <summary>Takes deliveries whose time has come. Nobody else gets them for <paramref name="lease"/>: who takes them and dies is made up for then.</summary>
    /// <param name="perEndpoint">How many for one endpoint at most.</param>
    /// <param name="most">How many in all.</param>
    /// <param name="lease">Longer than an attempt can take.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<DueDelivery>> TakeAsync(int perEndpoint, int most, TimeSpan lease, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = dataSource.CreateCommand(TakeSql);
        command.Parameters.Add(new() { Value = perEndpoint });
        command.Parameters.Add(new() { Value = most });
        command.Parameters.Add(new() { Value = lease });
        List<DueDelivery> due = [];
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            string[] secrets = reader.IsDBNull(4) ? [reader.GetString(3)] : [reader.GetString(3), reader.GetString(4)];
            due.Add(new DueDelivery(reader.GetString(0), reader.GetString(1), reader.GetString(2), secrets, reader.GetString(5), reader.GetInt32(6)));
        }

        return due;
    }

    /// <summary>Records an attempt and what follows from it.</summary>
    /// <param name="delivery">As it was taken.</param>
    /// <param name="attempt">What came of it.</param>
    /// <param name="state">Delivered or failed; or pending, to be tried again.</param>
    /// <param name="wait">How long to wait before the next attempt.</param>
    /// <param name="cancellationToken">Gives up; the attempt is then made again when its lease ends.</param>
    public async Task RecordAsync(DueDelivery delivery, DeliveryAttempt attempt, WebhookDeliveryState state, TimeSpan wait, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        ArgumentNullException.ThrowIfNull(attempt);
        await using NpgsqlCommand command = dataSource.CreateCommand(RecordSql);
        command.Parameters.Add(new() { Value = delivery.Id });
        command.Parameters.Add(new() { Value = delivery.Attempt });
        command.Parameters.Add(new() { Value = attempt.StartedAt });
        command.Parameters.Add(new() { Value = attempt.Took.TotalSeconds });
        command.Parameters.Add(new() { Value = (object?)attempt.StatusCode ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Integer });
        command.Parameters.Add(new() { Value = (object?)attempt.Error ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = (short)state });
        command.Parameters.Add(new() { Value = wait });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Disables an endpoint; what waits for it waits on.</summary>
    public async Task DisableAsync(string endpointId, string reason, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = dataSource.CreateCommand(
            "UPDATE webhook_endpoints SET disabled_at = now(), disabled_reason = $2 WHERE id = $1 AND disabled_at IS NULL");
        command.Parameters.Add(new() { Value = endpointId });
        command.Parameters.Add(new() { Value = reason });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
