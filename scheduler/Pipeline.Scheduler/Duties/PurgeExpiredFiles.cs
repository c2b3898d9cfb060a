using Hangfire;
using Npgsql;
using Pipeline.Data.Duties;

namespace Pipeline.Scheduler.Duties;

/// <summary>Deletes files past their time: <see cref="Purge.FilesAsync"/>.</summary>
internal sealed class PurgeExpiredFiles(NpgsqlDataSource dataSource, ILogger<PurgeExpiredFiles> logger) : IDuty
{
    // It may take longer than its turn; a second one would only wait at the same rows.
    [DisableConcurrentExecution(timeoutInSeconds: 1)]
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        int files = await Purge.FilesAsync(dataSource, cancellationToken);
        if (files > 0)
        {
            LogMessages.FilesPurged(logger, files);
        }
    }
}
