using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Data.Duties;

namespace Pipeline.Scheduler.Duties;

/// <summary>Takes the jobs of dead workers back: <see cref="JobTakeBack"/>.</summary>
internal sealed class TakeBackJobs(NpgsqlDataSource dataSource, IOptions<SchedulerOptions> options, ILogger<TakeBackJobs> logger) : IDuty
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        TakeBackReport report = await JobTakeBack.RunAsync(dataSource, TimeSpan.FromSeconds(options.Value.LeaseSeconds), cancellationToken);
        if (report.DidSomething)
        {
            LogMessages.TookBack(logger, report.Workers, report.Requeued, report.Failed, report.Cancelled);
        }
    }
}
