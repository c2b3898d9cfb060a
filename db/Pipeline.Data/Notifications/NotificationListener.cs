using Microsoft.Extensions.Logging;
using Npgsql;

namespace Pipeline.Data.Notifications;

/// <summary>Waits for a notification on one channel, or for a time to pass, whichever comes first.</summary>
/// <remarks>Holds a connection of its own. One caller at a time.</remarks>
public sealed partial class NotificationListener : IAsyncDisposable
{
    private readonly NpgsqlDataSource _dataSource;
    private readonly string _channel;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private NpgsqlConnection? _connection;

    /// <summary>Prepares a listener; it connects at the first wait.</summary>
    /// <param name="dataSource">Where to connect.</param>
    /// <param name="channel">One of <see cref="NotificationChannels"/>.</param>
    /// <param name="time">Times the fallback while there is no connection.</param>
    /// <param name="logger">Told when the connection is lost.</param>
    public NotificationListener(NpgsqlDataSource dataSource, string channel, TimeProvider time, ILogger logger)
    {
        _dataSource = dataSource;
        _channel = channel;
        _time = time;
        _logger = logger;
    }

    /// <summary>Returns at the first notification, or after <paramref name="atMost"/>.</summary>
    /// <remarks>
    /// A notification sent between two waits is not lost: PostgreSQL keeps it for the connection. If the connection
    /// breaks, the wait becomes a plain delay and the next one connects anew.
    /// </remarks>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public async Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        long started = _time.GetTimestamp();
        try
        {
            NpgsqlConnection connection = _connection ??= await ConnectAsync(cancellationToken);
            if (await connection.WaitAsync(atMost, cancellationToken))
            {
                // Take the rest of the backlog too: one wake-up serves them all.
                while (await connection.WaitAsync(TimeSpan.FromMilliseconds(1), cancellationToken))
                {
                }
            }
        }
        catch (Exception exception) when (exception is NpgsqlException or IOException or InvalidOperationException)
        {
            LogLost(_logger, _channel, exception);
            await DropConnectionAsync();
            TimeSpan left = atMost - _time.GetElapsedTime(started);
            if (left > TimeSpan.Zero)
            {
                await Task.Delay(left, _time, cancellationToken);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await DropConnectionAsync();

    [LoggerMessage(EventId = 9001, Level = LogLevel.Warning, Message = "Lost the connection that listens on {Channel}; polling until it is back.")]
    private static partial void LogLost(ILogger logger, string channel, Exception exception);

    private async Task<NpgsqlConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        NpgsqlConnection connection = await _dataSource.OpenConnectionAsync(cancellationToken);
        try
        {
            await using NpgsqlCommand listen = new($"LISTEN {_channel}", connection);
            await listen.ExecuteNonQueryAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private async Task DropConnectionAsync()
    {
        if (_connection is { } connection)
        {
            _connection = null;
            await using (connection)
            {
                await UnlistenAsync(connection);
            }
        }
    }

    // The pool hands a connection on as it is.
    private static async Task UnlistenAsync(NpgsqlConnection connection)
    {
        try
        {
            await using NpgsqlCommand unlisten = new("UNLISTEN *", connection);
            await unlisten.ExecuteNonQueryAsync(CancellationToken.None);
        }
        catch (Exception exception) when (exception is NpgsqlException or InvalidOperationException)
        {
            // It is broken, and the pool does not take it back.
        }
    }
}
