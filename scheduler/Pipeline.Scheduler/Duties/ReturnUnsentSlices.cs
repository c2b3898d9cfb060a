using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Data.Duties;

namespace Pipeline.Scheduler.Duties;

/// <summary>Puts slices back to pending whose sender or message was lost: <see cref="SliceUpkeep.ReturnUnsentAsync"/>.</summary>
internal sealed class ReturnUnsentSlices(NpgsqlDataSource dataSource, IOptions<SchedulerOptions> options, ILogger<ReturnUnsentSlices> logger) : IDuty
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        long slices = await SliceUpkeep.ReturnUnsentAsync(
            dataSource, TimeSpan.FromSeconds(options.Value.SendingSeconds), TimeSpan.FromSeconds(options.Value.SentSeconds), cancellationToken);
        if (slices > 0)
        {
            LogMessages.SlicesReturned(logger, slices);
        }
    }
}
