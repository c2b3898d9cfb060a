using Hangfire;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Data.Duties;
using Pipeline.Scheduler.Webhooks;

namespace Pipeline.Scheduler.Duties;

/// <summary>Deletes deliveries of webhooks past their retention: <see cref="Purge.WebhooksAsync"/>.</summary>
internal sealed class PurgeWebhookLog(NpgsqlDataSource dataSource, IOptions<WebhookOptions> options, ILogger<PurgeWebhookLog> logger) : IDuty
{
    [DisableConcurrentExecution(timeoutInSeconds: 1)]
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        int deliveries = await Purge.WebhooksAsync(dataSource, TimeSpan.FromDays(options.Value.RetentionDays), cancellationToken);
        if (deliveries > 0)
        {
            LogMessages.WebhookLogPurged(logger, deliveries);
        }
    }
}
