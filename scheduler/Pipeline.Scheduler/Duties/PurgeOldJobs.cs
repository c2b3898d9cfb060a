using Hangfire;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Data.Duties;

namespace Pipeline.Scheduler.Duties;

/// <summary>Deletes jobs, requests, results and slices past their retention: <see cref="Purge.JobsAsync"/>.</summary>
internal sealed class PurgeOldJobs(NpgsqlDataSource dataSource, IOptions<SchedulerOptions> options, ILogger<PurgeOldJobs> logger) : IDuty
{
    // It may take longer than its turn; a second one would only wait at the same rows.
    [DisableConcurrentExecution(timeoutInSeconds: 1)]
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        int jobs = await Purge.JobsAsync(dataSource, TimeSpan.FromDays(options.Value.JobRetentionDays), cancellationToken);
        if (jobs > 0)
        {
            LogMessages.JobsPurged(logger, jobs);
        }
    }
}
