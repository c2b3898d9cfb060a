using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Pipeline.Data.Notifications;
using Pipeline.Testing;

namespace Pipeline.Data.Tests;

public sealed class NotificationListenerTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(50);

    [Fact]
    public async Task A_notification_ends_the_wait_also_when_it_came_between_two_waits()
    {
        await using NotificationListener listener = Listen();
        await listener.WaitAsync(Short, CancellationToken.None);

        await ExecuteAsync($"NOTIFY {NotificationChannels.Batches}");
        long started = Stopwatch.GetTimestamp();
        await listener.WaitAsync(Long, CancellationToken.None);

        Assert.True(Stopwatch.GetElapsedTime(started) < Long / 2);
    }

    [Fact]
    public async Task A_listener_whose_connection_was_cut_listens_again()
    {
        await using NotificationListener listener = Listen();
        await listener.WaitAsync(Short, CancellationToken.None);
        await ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
        NpgsqlConnection.ClearAllPools();
        await listener.WaitAsync(Short, CancellationToken.None);
        await listener.WaitAsync(Short, CancellationToken.None);

        await ExecuteAsync($"NOTIFY {NotificationChannels.Batches}");
        long started = Stopwatch.GetTimestamp();
        await listener.WaitAsync(Long, CancellationToken.None);

        Assert.True(Stopwatch.GetElapsedTime(started) < Long / 2);
    }

    [Fact]
    public async Task Cancelling_ends_the_wait()
    {
        await using NotificationListener listener = Listen();
        using CancellationTokenSource cancellation = new(Short);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => listener.WaitAsync(Long, cancellation.Token));
    }

    private NotificationListener Listen() =>
        new(database.Require().DataSource, NotificationChannels.Batches, TimeProvider.System, NullLogger.Instance);

    private async Task ExecuteAsync(string sql)
    {
        await using NpgsqlConnection connection = await database.DataSource.OpenConnectionAsync();
        await using NpgsqlCommand command = new(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
