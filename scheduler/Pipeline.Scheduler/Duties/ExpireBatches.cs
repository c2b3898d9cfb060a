using Npgsql;
using Pipeline.Data.Duties;

namespace Pipeline.Scheduler.Duties;

/// <summary>Ends what is open of batches whose window has closed: <see cref="OpenJobsEnding.ExpireAsync"/>.</summary>
internal sealed class ExpireBatches(NpgsqlDataSource dataSource, ILogger<ExpireBatches> logger) : IDuty
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        int jobs = await OpenJobsEnding.ExpireAsync(dataSource, cancellationToken);
        if (jobs > 0)
        {
            LogMessages.JobsExpired(logger, jobs);
        }
    }
}
