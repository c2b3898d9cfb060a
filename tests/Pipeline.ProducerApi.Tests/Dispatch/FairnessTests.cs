using Microsoft.Extensions.Options;
using Pipeline.Data.States;
using Pipeline.ProducerApi.Dispatch;
using Pipeline.Testing;

namespace Pipeline.ProducerApi.Tests.Dispatch;

/// <summary>Whose slices go when: by their order, with a worker that ends one slice after the other.</summary>
public sealed class FairnessTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const int SliceJobs = 64;

    private readonly string _model = "m-" + Guid.NewGuid().ToString("N");

    [Fact]
    public async Task A_batch_of_two_slices_goes_before_the_next_of_a_large_batch_that_runs_already()
    {
        (SliceQueue queue, SliceRows rows) = Create();
        await rows.AddAsync(200, SliceRows.TenantA, SliceJobs);
        List<long> before = await RunAsync(queue, rows, 50);
        Assert.Equal(50, before.Count);
        List<long> small = [await rows.AddAsync(SliceRows.TenantB, jobs: SliceJobs), await rows.AddAsync(SliceRows.TenantB, jobs: 36)];
        Assert.Equal(small, await RunAsync(queue, rows, 2));
        Assert.Equal(10, (await RunAsync(queue, rows, 10)).Count);
    }

    [Fact]
    public async Task It_is_the_same_when_hundreds_of_tenants_are_there_of_whom_nobody_asks()
    {
        (SliceQueue queue, SliceRows rows) = Create();
        await rows.AddAsync(20, SliceRows.TenantA, SliceJobs);
        for (int i = 0; i < 200; i++)
        {
            await rows.FinishAsync(await rows.AddAsync(Guid.NewGuid()));
        }

        await RunAsync(queue, rows, 5);
        long small = await rows.AddAsync(SliceRows.TenantB, jobs: 10);
        Assert.Equal([small], await RunAsync(queue, rows, 1));
    }

    [Fact]
    public async Task What_a_tenant_saves_up_while_away_is_no_more_than_the_burst_and_from_there_on_they_take_turns()
    {
        (SliceQueue queue, SliceRows rows) = Create(burst: 2 * SliceJobs);
        List<long> large = await rows.AddAsync(100, SliceRows.TenantA, SliceJobs);
        await RunAsync(queue, rows, 50);
        List<long> late = await rows.AddAsync(50, SliceRows.TenantB, SliceJobs);
        List<long> order = await RunAsync(queue, rows, 40);
        Assert.InRange(order.TakeWhile(late.Contains).Count(), 2, 3);
        Assert.InRange(order.Count(late.Contains), 20, 22);
        Assert.All(order[4..].Chunk(2), pair => Assert.Equal(1, pair.Count(late.Contains)));
        Assert.Empty(order.Except(large.Concat(late)));
    }

    [Theory]
    [InlineData(1, 3)]
    [InlineData(2, 5)]
    public async Task Tenants_are_served_by_their_weights_whoever_serves_them(int light, int heavy)
    {
        (SliceQueue queue, SliceRows rows) = Create(burst: 0);
        HashSet<long> a = [.. await rows.AddAsync(100, SliceRows.TenantA, 10, light)];
        List<long> b = await rows.AddAsync(100, SliceRows.TenantB, 10, heavy);
        List<long> order = [];
        for (int i = 0; i < 7 * (light + heavy); i++)
        {
            // Each slice by another process: what is fair is in the rows.
            order.AddRange(await RunAsync(i % 2 == 0 ? queue : Create(burst: 0).Queue, rows, 1));
        }

        Assert.InRange(order.Count(a.Contains), (7 * light) - 1, (7 * light) + 1);
        Assert.All(order.Index(), place => Assert.InRange(
            order.Take(place.Index + 1).Count(b.Contains), ((place.Index + 1) * heavy / (light + heavy)) - 1, ((place.Index + 1) * heavy / (light + heavy)) + 2));
    }

    [Fact]
    public async Task A_tenant_of_many_short_slices_gets_jobs_not_slices()
    {
        (SliceQueue queue, SliceRows rows) = Create(burst: 0);
        HashSet<long> shorts = [.. await rows.AddAsync(100, SliceRows.TenantA, 1)];
        await rows.AddAsync(20, SliceRows.TenantB, 10);
        List<long> order = await RunAsync(queue, rows, 44);
        Assert.InRange(order.Count(shorts.Contains), 39, 41);
    }

    [Fact]
    public async Task No_priority_overtakes_another_tenant()
    {
        (SliceQueue queue, SliceRows rows) = Create(burst: 0);
        HashSet<long> loud = [];
        for (int i = 0; i < 10; i++)
        {
            loud.Add(await rows.AddAsync(SliceRows.TenantA, priority: 100));
        }

        await rows.AddAsync(10, SliceRows.TenantB);
        Assert.InRange((await RunAsync(queue, rows, 10)).Count(loud.Contains), 4, 6);
    }

    [Fact]
    public async Task What_waits_at_the_broker_when_a_tenant_comes_is_a_slice_and_no_more()
    {
        (SliceQueue queue, SliceRows rows) = Create();
        await rows.AddAsync(50, SliceRows.TenantA, SliceJobs);
        Assert.Single(await queue.TakeAsync(_model, default));
        Assert.Empty(await queue.TakeAsync(_model, default));
    }

    [Fact]
    public async Task The_slices_of_a_suspended_tenant_wait()
    {
        (SliceQueue queue, SliceRows rows) = Create();
        long id = await rows.AddAsync(SliceRows.TenantC);
        await rows.ExecuteAsync("UPDATE tenants SET suspended_at = now() WHERE id = $1", SliceRows.TenantC);
        Assert.Empty(await queue.TakeAsync(_model, default));
        Assert.Equal(SliceState.Pending, await rows.StateAsync(id));
        await rows.ExecuteAsync("UPDATE tenants SET suspended_at = NULL WHERE id = $1", SliceRows.TenantC);
        Assert.Equal(id, Assert.Single(await queue.TakeAsync(_model, default)).Id);
    }

    /// <summary>Takes slices and ends each, the oldest on its way first, until so many have been taken.</summary>
    private async Task<List<long>> RunAsync(SliceQueue queue, SliceRows rows, int count)
    {
        List<long> order = [];
        while (order.Count < count && await queue.TakeAsync(_model, default) is { Count: > 0 } slices)
        {
            order.AddRange(slices.Select(slice => slice.Id));
            await rows.FinishAsync([.. slices.Select(slice => slice.Id)]);
        }

        return order;
    }

    private (SliceQueue Queue, SliceRows Rows) Create(int burst = 128)
    {
        database.Require();
        ApiOptions options = new() { DispatchAheadSeconds = 0, DispatchBurstJobs = burst };
        return (new SliceQueue(database.DataSource, Options.Create(options), TimeProvider.System), new SliceRows(database.DataSource, _model));
    }
}
