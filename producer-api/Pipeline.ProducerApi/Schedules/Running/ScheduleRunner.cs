using Npgsql;
using Pipeline.Data.Notifications;
using Pipeline.ProducerApi.Hosting;

namespace Pipeline.ProducerApi.Schedules.Running;

/// <summary>Makes the batches of runs as they are recorded, oldest first; and those that wait for an earlier one's end.</summary>
internal sealed class ScheduleRunner(NpgsqlDataSource dataSource, RunStart start, TimeProvider time, ILogger<ScheduleRunner> logger)
    : PollingService(dataSource, NotificationChannels.Schedules, TimeSpan.FromSeconds(2), time, logger)
{
    protected override async Task WorkAsync(CancellationToken cancellationToken)
    {
        foreach (string id in await WaitingAsync(cancellationToken))
        {
            try
            {
                await start.StartAsync(id, cancellationToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // The others must not wait for this one.
                LogMessages.RunBrokeOff(Logger, id, e);
            }
        }
    }

    private async Task<List<string>> WaitingAsync(CancellationToken cancellationToken)
    {
        List<string> ids = [];
        await using NpgsqlCommand command = DataSource.CreateCommand("SELECT id FROM schedule_runs WHERE state = 0 ORDER BY scheduled_at, id");
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            ids.Add(reader.GetString(0));
        }

        return ids;
    }
}
