using Npgsql;
using Pipeline.Scheduler.Webhooks;

namespace Pipeline.Scheduler.Duties;

/// <summary>Delivers the webhooks that are due: <see cref="WebhookDelivering"/>.</summary>
internal sealed class DeliverWebhooks(NpgsqlDataSource dataSource, WebhookDelivering delivering) : IDuty
{
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(20);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        // One at a time: with slow receivers a turn is longer than the time between two, and they would take up all of
        // Hangfire's threads.
        await using NpgsqlConnection connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using NpgsqlCommand mine = new("SELECT pg_try_advisory_xact_lock(hashtextextended('deliver webhooks', 0))", connection, transaction);
        if ((bool)(await mine.ExecuteScalarAsync(cancellationToken))!)
        {
            await delivering.DeliverAsync(Turn, cancellationToken);
        }
    }
}
