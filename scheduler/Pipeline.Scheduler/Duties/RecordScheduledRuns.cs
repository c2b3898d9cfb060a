using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Pipeline.Data;
using Pipeline.Data.Schedules;

namespace Pipeline.Scheduler.Duties;

/// <summary>Records the runs of schedules that are due: <see cref="ScheduleClock.RecordDueAsync"/>. The API makes their batches.</summary>
internal sealed class RecordScheduledRuns(
    IDbContextFactory<PipelineDbContext> contexts, TimeProvider time, IOptions<SchedulerOptions> options, ILogger<RecordScheduledRuns> logger) : IDuty
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        int runs = await ScheduleClock.RecordDueAsync(contexts, time.GetUtcNow(), TimeSpan.FromSeconds(options.Value.MissedAfterSeconds), cancellationToken);
        if (runs > 0)
        {
            LogMessages.RunsRecorded(logger, runs);
        }
    }
}
