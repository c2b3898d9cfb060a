using Hangfire;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Data.Audit;

namespace Pipeline.Scheduler.Duties;

/// <summary>Deletes entries of the audit trail past their retention: <see cref="AuditPurge"/>.</summary>
internal sealed class PurgeAuditTrail(NpgsqlDataSource dataSource, IOptions<SchedulerOptions> options, ILogger<PurgeAuditTrail> logger) : IDuty
{
    [DisableConcurrentExecution(timeoutInSeconds: 1)]
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        int entries = await AuditPurge.RunAsync(dataSource, TimeSpan.FromDays(options.Value.AuditRetentionDays), cancellationToken);
        if (entries > 0)
        {
            LogMessages.AuditTrailPurged(logger, entries);
        }
    }
}
