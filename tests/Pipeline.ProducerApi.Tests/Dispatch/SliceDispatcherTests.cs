using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pipeline.Data.States;
using Pipeline.ProducerApi.Dispatch;
using Pipeline.Testing;

namespace Pipeline.ProducerApi.Tests.Dispatch;

public sealed class SliceDispatcherTests : IAsyncLifetime
{
    private const int Window = 4;

    private readonly TestDatabase _database = new();
    private readonly string _model = "m-" + Guid.NewGuid().ToString("N");
    private SliceRows _rows = null!;

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        _rows = new SliceRows(_database.DataSource, _model);
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task A_slice_is_marked_sent_only_after_the_confirm()
    {
        _database.Require();
        TaskCompletionSource confirm = new();
        Broker broker = new(_ => confirm.Task);
        long id = await _rows.AddAsync(SliceRows.TenantA);
        await using Running running = await StartAsync(broker);
        await EventuallyAsync(async () => broker.Sent.Count == 1 && await _rows.StateAsync(id) == SliceState.Sending);
        await Task.Delay(200);
        Assert.Equal(SliceState.Sending, await _rows.StateAsync(id));
        confirm.SetResult();
        await EventuallyAsync(async () => await _rows.StateAsync(id) == SliceState.Sent);
    }

    [Fact]
    public async Task A_slice_that_no_queue_takes_goes_back_and_is_sent_when_there_is_one()
    {
        _database.Require();
        bool queue = false;
        Broker broker = new(_ => queue ? Task.CompletedTask : throw new UnroutableException("none", new InvalidOperationException()));
        long id = await _rows.AddAsync(SliceRows.TenantA);
        await using Running running = await StartAsync(broker);
        await EventuallyAsync(async () => !broker.Sent.IsEmpty && await _rows.StateAsync(id) == SliceState.Pending);
        queue = true;
        await EventuallyAsync(async () => await _rows.StateAsync(id) == SliceState.Sent);
    }

    [Fact]
    public async Task A_slice_whose_confirm_does_not_come_is_sent_again()
    {
        _database.Require();
        int tries = 0;
        Broker broker = new(token => Interlocked.Increment(ref tries) == 1 ? Task.Delay(Timeout.Infinite, token) : Task.CompletedTask);
        long id = await _rows.AddAsync(SliceRows.TenantA);
        await using Running running = await StartAsync(broker);
        await EventuallyAsync(async () => await _rows.StateAsync(id) == SliceState.Sent);
        Assert.Equal([id, id], broker.Sent);
    }

    [Fact]
    public async Task No_more_is_sent_than_the_workers_need_and_everything_goes_out_in_the_end()
    {
        _database.Require();
        Broker broker = new(_ => Task.CompletedTask);
        await _rows.AddWorkerAsync(Window);
        List<long> ids = await _rows.AddAsync(20, SliceRows.TenantA);
        await using Running running = await StartAsync(broker);
        for (int done = 0; done < ids.Count; done++)
        {
            int expected = Math.Min(ids.Count, done + Window);
            await EventuallyAsync(async () => await _rows.CountAsync(SliceState.Sent) == expected - done);
            Assert.Equal(expected, broker.Sent.Count);
            await _rows.FinishAsync(ids[done]);
        }

        Assert.Equal(ids, broker.Sent.Order());
    }

    [Fact]
    public async Task A_host_that_stops_leaves_nothing_in_between()
    {
        _database.Require();
        Broker broker = new(token => Task.Delay(Timeout.Infinite, token));
        long id = await _rows.AddAsync(SliceRows.TenantA);
        await using (await StartAsync(broker, confirmSeconds: 60))
        {
            await EventuallyAsync(async () => await _rows.StateAsync(id) == SliceState.Sending);
        }

        Assert.Equal(SliceState.Pending, await _rows.StateAsync(id));
    }

    private static async Task EventuallyAsync(Func<Task<bool>> condition)
    {
        long started = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(20), "It does not come about.");
            await Task.Delay(20);
        }
    }

    private async Task<Running> StartAsync(Broker broker, double confirmSeconds = 1)
    {
        IOptions<ApiOptions> options = Options.Create(new ApiOptions { DispatchAheadSeconds = 0, UnroutableDelaySeconds = 0.2, ConfirmTimeoutSeconds = confirmSeconds });
        SliceDispatcher dispatcher = new(
            _database.DataSource,
            new SliceQueue(_database.DataSource, options, TimeProvider.System),
            broker,
            options,
            TimeProvider.System,
            NullLogger<SliceDispatcher>.Instance);
        await dispatcher.StartAsync(default);
        return new Running(dispatcher);
    }

    /// <summary>A broker that behaves as the test says.</summary>
    private sealed class Broker(Func<CancellationToken, Task> behave) : ISliceSender
    {
        public ConcurrentQueue<long> Sent { get; } = [];

        public async Task SendAsync(PendingSlice slice, CancellationToken cancellationToken)
        {
            Sent.Enqueue(slice.Id);
            await behave(cancellationToken);
        }
    }

    private sealed class Running(SliceDispatcher dispatcher) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await dispatcher.StopAsync(default);
            dispatcher.Dispose();
        }
    }
}
