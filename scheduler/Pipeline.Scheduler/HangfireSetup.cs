using Hangfire;
using Hangfire.PostgreSql;
using Pipeline.ServiceDefaults.Configuration;

namespace Pipeline.Scheduler;

/// <summary>Hangfire on PostgreSQL, in the schema <c>hangfire</c>, set up for duties that are due every few seconds.</summary>
internal static class HangfireSetup
{
    // A lock is a row, which a scheduler that is killed leaves behind. The next one waits for 15 seconds before it gives up, and
    // must not have to: to be at a duty twice does no harm.
    private static readonly TimeSpan LockExpiry = TimeSpan.FromSeconds(10);

    // A duty that is due every three seconds leaves a row each time.
    private static readonly TimeSpan History = TimeSpan.FromHours(1);

    public static void AddHangfireOnPostgres(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddHangfire((_, hangfire) => hangfire
            .SetDataCompatibilityLevel(CompatibilityLevel.Version_180)
            .UseSimpleAssemblyNameTypeSerializer()
            .UseRecommendedSerializerSettings()
            // A duty that fails is due again in seconds anyway: the failure stays on the dashboard, to be seen.
            .UseFilter(new AutomaticRetryAttribute { Attempts = 0 })
            .UsePostgreSqlStorage(
                postgres => postgres.UseNpgsqlConnection(configuration.RequiredPostgres()),
                new PostgreSqlStorageOptions
                {
                    SchemaName = "hangfire",
                    DistributedLockTimeout = LockExpiry,
                    QueuePollInterval = TimeSpan.FromSeconds(1),
                    JobExpirationCheckInterval = TimeSpan.FromMinutes(10),
                })
            .WithJobExpirationTimeout(History));
        services.AddHangfireServer(server =>
        {
            server.WorkerCount = 4;
            server.SchedulePollingInterval = TimeSpan.FromSeconds(1);
            server.ShutdownTimeout = TimeSpan.FromSeconds(10);
        });
    }
}
