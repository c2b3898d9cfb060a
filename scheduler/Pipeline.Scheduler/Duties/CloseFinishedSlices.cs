using Npgsql;
using Pipeline.Data.Duties;

namespace Pipeline.Scheduler.Duties;

/// <summary>Closes slices that have no open job left and hold a place in their model's window: <see cref="SliceUpkeep.CloseFinishedAsync"/>.</summary>
internal sealed class CloseFinishedSlices(NpgsqlDataSource dataSource, ILogger<CloseFinishedSlices> logger) : IDuty
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        long slices = await SliceUpkeep.CloseFinishedAsync(dataSource, cancellationToken);
        if (slices > 0)
        {
            LogMessages.SlicesClosed(logger, slices);
        }
    }
}
