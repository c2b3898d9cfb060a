using Npgsql;
using Pipeline.Data.Notifications;

namespace Pipeline.ProducerApi.Hosting;

/// <summary>Does its work at the start, at every notification on a channel, and after a while without one.</summary>
internal abstract class PollingService(
    NpgsqlDataSource dataSource, string channel, TimeSpan interval, TimeProvider time, ILogger logger) : BackgroundService
{
    private static readonly TimeSpan PauseAfterError = TimeSpan.FromSeconds(1);

    protected NpgsqlDataSource DataSource => dataSource;

    protected TimeProvider Time => time;

    protected ILogger Logger => logger;

    /// <summary>How long a notification is waited for.</summary>
    protected virtual TimeSpan Interval => interval;

    /// <summary>Does all there is to do now.</summary>
    protected abstract Task WorkAsync(CancellationToken cancellationToken);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using NotificationListener listener = new(dataSource, channel, time, logger);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await WorkAsync(stoppingToken);
                await listener.WaitAsync(Interval, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // Whatever it was, the rows still say what is to be done; a service that ended would leave them for ever.
                LogMessages.ServiceBrokeOff(logger, GetType().Name, PauseAfterError.TotalSeconds, e);
                await Task.Delay(PauseAfterError, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
