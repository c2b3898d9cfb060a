using Hangfire;
using Pipeline.Scheduler.Duties;

namespace Pipeline.Scheduler;

/// <summary>Every duty and when it is due: second, minute, hour, day, month, day of week; in UTC.</summary>
internal static class RecurringDuties
{
    public static IReadOnlyList<RecurringDuty> All { get; } =
    [
        Duty<TakeBackJobs>("take-back-jobs", "*/3 * * * * *"),
        Duty<ExpireBatches>("expire-batches", "*/5 * * * * *"),
        Duty<DeliverWebhooks>("deliver-webhooks", "*/2 * * * * *"),
        Duty<RecordScheduledRuns>("record-scheduled-runs", "*/5 * * * * *"),
        Duty<ReturnUnsentSlices>("return-unsent-slices", "*/10 * * * * *"),
        Duty<CloseFinishedSlices>("close-finished-slices", "5/10 * * * * *"),
        Duty<EraseTenants>("erase-tenants", "3/10 * * * * *"),
        Duty<PurgeExpiredFiles>("purge-expired-files", "0 */5 * * * *"),
        Duty<PurgeIdempotencyKeys>("purge-idempotency-keys", "0 10 * * * *"),
        Duty<PurgeOldJobs>("purge-old-jobs", "0 20 * * * *"),
        Duty<PurgeAuditTrail>("purge-audit-trail", "0 50 * * * *"),
        Duty<PurgeWebhookLog>("purge-webhook-log", "0 40 * * * *"),
    ];

    public static void AddDuties(this IServiceCollection services)
    {
        foreach (RecurringDuty duty in All)
        {
            services.AddScoped(duty.Type);
        }
    }

    private static RecurringDuty Duty<T>(string id, string cron)
        where T : class, IDuty => new(
            id, cron, typeof(T), manager => manager.AddOrUpdate<T>(id, duty => duty.RunAsync(CancellationToken.None), cron, new RecurringJobOptions { TimeZone = TimeZoneInfo.Utc }));
}
