using Npgsql;
using Pipeline.Data.Notifications;
using Pipeline.ProducerApi.Hosting;

namespace Pipeline.ProducerApi.Keys;

/// <summary>
/// Lets every process hear of changed keys and tenants within moments, so that a revoked key opens nothing although keys are
/// remembered; and writes when keys were used.
/// </summary>
internal sealed class KeyWatch(NpgsqlDataSource dataSource, ApiKeyDirectory directory, KeyUse use, TimeProvider time, ILogger<KeyWatch> logger)
    : PollingService(dataSource, NotificationChannels.Keys, TimeSpan.FromSeconds(5), time, logger)
{
    /// <summary>Also when nobody has told: a notification that was lost with its connection costs these seconds and nothing else.</summary>
    protected override Task WorkAsync(CancellationToken cancellationToken)
    {
        directory.Forget();
        return use.WriteAsync(cancellationToken);
    }
}
