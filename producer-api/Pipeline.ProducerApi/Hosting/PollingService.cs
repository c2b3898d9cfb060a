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

    /// <summary>
    /// Does a piece of work for each of the ids that a query finds, in its order. One that fails is told of and found again in the
    /// next round: the others do not wait for it.
    /// </summary>
    /// <param name="sql">Selects the ids.</param>
    /// <param name="parameters">The query's.</param>
    /// <param name="work">What is to be done for an id.</param>
    /// <param name="failed">Tells what went wrong with one.</param>
    /// <param name="cancellationToken">Gives up.</param>
    protected async Task ForEachAsync(
        string sql, object[] parameters, Func<string, CancellationToken, Task> work, Action<ILogger, string, Exception> failed, CancellationToken cancellationToken)
    {
        foreach (string id in await FindAsync(sql, parameters, cancellationToken))
        {
            try
            {
                await work(id, cancellationToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                failed(logger, id, e);
            }
        }
    }

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

    private async Task<List<string>> FindAsync(string sql, object[] parameters, CancellationToken cancellationToken)
    {
        List<string> ids = [];
        await using NpgsqlCommand command = dataSource.CreateCommand(sql);
        command.Parameters.AddRange(parameters.Select(parameter => new NpgsqlParameter { Value = parameter }).ToArray());
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            ids.Add(reader.GetString(0));
        }

        return ids;
    }
}
