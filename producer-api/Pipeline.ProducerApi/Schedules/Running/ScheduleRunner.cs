using Npgsql;
using Pipeline.Data.Notifications;
using Pipeline.ProducerApi.Hosting;

namespace Pipeline.ProducerApi.Schedules.Running;

/// <summary>Makes the batches of runs as they are recorded, oldest first; and those that wait for an earlier one's end.</summary>
internal sealed class ScheduleRunner(NpgsqlDataSource dataSource, RunStart start, TimeProvider time, ILogger<ScheduleRunner> logger)
    : PollingService(dataSource, NotificationChannels.Schedules, TimeSpan.FromSeconds(2), time, logger)
{
    private const string WaitingSql = "SELECT id FROM schedule_runs WHERE state = 0 ORDER BY scheduled_at, id";

    protected override Task WorkAsync(CancellationToken cancellationToken) =>
        ForEachAsync(WaitingSql, [], start.StartAsync, LogMessages.RunBrokeOff, cancellationToken);
}
