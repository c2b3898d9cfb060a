using Npgsql;
using Pipeline.Data.Duties;

namespace Pipeline.Scheduler.Duties;

/// <summary>Forgets first answers to creates past their time: <see cref="Purge.IdempotencyKeysAsync"/>.</summary>
internal sealed class PurgeIdempotencyKeys(NpgsqlDataSource dataSource, ILogger<PurgeIdempotencyKeys> logger) : IDuty
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        int keys = await Purge.IdempotencyKeysAsync(dataSource, cancellationToken);
        if (keys > 0)
        {
            LogMessages.IdempotencyKeysPurged(logger, keys);
        }
    }
}
