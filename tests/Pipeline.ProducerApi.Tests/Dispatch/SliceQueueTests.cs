using Pipeline.Data.States;
using Pipeline.ProducerApi.Dispatch;
using Pipeline.Testing;

namespace Pipeline.ProducerApi.Tests.Dispatch;

public sealed class SliceQueueTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private readonly string _model = "m-" + Guid.NewGuid().ToString("N");

    [Fact]
    public async Task No_more_jobs_are_on_their_way_than_the_workers_run_at_a_time()
    {
        (SliceQueue queue, SliceRows rows) = Create();
        await rows.AddWorkerAsync(2);
        await rows.AddWorkerAsync(1);
        List<long> ids = await rows.AddAsync(5, SliceRows.TenantA);
        Assert.Equal(ids.Take(3), Ids(await queue.TakeAsync(_model, default)));
        Assert.Empty(await queue.TakeAsync(_model, default));
        await queue.MarkSentAsync([ids[0]], default);
        Assert.Empty(await queue.TakeAsync(_model, default));
        await rows.FinishAsync(ids[0]);
        Assert.Equal([ids[3]], Ids(await queue.TakeAsync(_model, default)));
    }

    [Fact]
    public async Task A_slice_is_followed_by_the_next_when_fewer_of_its_jobs_are_left_than_the_workers_run()
    {
        (SliceQueue queue, SliceRows rows) = Create();
        await rows.AddWorkerAsync(4);
        List<long> ids = await rows.AddAsync(3, SliceRows.TenantA, jobs: 10);
        Assert.Equal([ids[0]], Ids(await queue.TakeAsync(_model, default)));
        await rows.ExecuteAsync("INSERT INTO slice_claims (slice_id, worker_id) VALUES ($1, 'w')", ids[0]);
        await rows.ExecuteAsync("UPDATE jobs SET state = 2 WHERE slice_id = $1 AND line <= 6", ids[0]);
        Assert.Empty(await queue.TakeAsync(_model, default));
        await rows.ExecuteAsync("UPDATE jobs SET state = 2 WHERE slice_id = $1 AND line <= 7", ids[0]);
        Assert.Equal([ids[1]], Ids(await queue.TakeAsync(_model, default)));
    }

    [Fact]
    public async Task Fast_workers_have_more_on_its_way_than_they_run()
    {
        (SliceQueue queue, SliceRows rows) = Create(aheadSeconds: 0.5);
        await rows.AddWorkerAsync(1);
        List<long> ids = await rows.AddAsync(20, SliceRows.TenantA);
        Assert.Single(await queue.TakeAsync(_model, default));
        await rows.FinishAsync([.. ids.Take(10)]);
        await rows.ExecuteAsync("UPDATE slices SET sent_at = now(), done_at = now() + interval '1 hour' WHERE id = ANY($1)", ids.Take(10).ToArray());
        Assert.Equal(ids.Skip(10).Take(1 + (10 / 2)), Ids(await queue.TakeAsync(_model, default)));
    }

    [Fact]
    public async Task Without_a_worker_one_slice_at_a_time_asks_whether_there_is_a_queue()
    {
        (SliceQueue queue, SliceRows rows) = Create();
        await rows.AddAsync(3, SliceRows.TenantA);
        Assert.Single(await queue.TakeAsync(_model, default));
        Assert.Empty(await queue.TakeAsync(_model, default));
    }

    [Fact]
    public async Task A_tenants_own_slices_go_by_priority_then_the_earlier_deadline_then_age()
    {
        (SliceQueue queue, SliceRows rows) = Create();
        long late = await rows.AddAsync(SliceRows.TenantA, deadlineHours: 24);
        long later = await rows.AddAsync(SliceRows.TenantA, deadlineHours: 48);
        long soon = await rows.AddAsync(SliceRows.TenantA, deadlineHours: 1);
        long urgent = await rows.AddAsync(SliceRows.TenantA, priority: 10, deadlineHours: null);
        Assert.Equal([urgent, soon, late, later], await DrainAsync(queue, rows));
    }

    [Fact]
    public async Task What_was_put_back_waits_for_its_delay()
    {
        (SliceQueue queue, SliceRows rows) = Create();
        long id = await rows.AddAsync(SliceRows.TenantA);
        await queue.TakeAsync(_model, default);
        await queue.PutBackAsync([id], TimeSpan.FromMilliseconds(300), default);
        Assert.Equal(SliceState.Pending, await rows.StateAsync(id));
        Assert.Empty(await queue.TakeAsync(_model, default));
        await Task.Delay(400);
        Assert.Equal([id], Ids(await queue.TakeAsync(_model, default)));
    }

    [Fact]
    public async Task A_slice_that_is_done_before_its_confirm_stays_done()
    {
        (SliceQueue queue, SliceRows rows) = Create();
        long id = await rows.AddAsync(SliceRows.TenantA);
        await queue.TakeAsync(_model, default);
        await rows.FinishAsync(id);
        await queue.MarkSentAsync([id], default);
        Assert.Equal(SliceState.Done, await rows.StateAsync(id));
        await queue.PutBackAsync([id], TimeSpan.Zero, default);
        Assert.Equal(SliceState.Done, await rows.StateAsync(id));
    }

    [Fact]
    public async Task Two_processes_together_take_no_more_than_the_workers_need_and_nothing_twice()
    {
        (SliceQueue queue, SliceRows rows) = Create();
        await rows.AddWorkerAsync(10);
        await rows.AddAsync(30, SliceRows.TenantA);
        List<PendingSlice>[] taken = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => queue.TakeAsync(_model, default)));
        Assert.Equal(10, taken.Sum(slices => slices.Count));
        Assert.Equal(10, taken.SelectMany(Ids).Distinct().Count());
    }

    [Fact]
    public async Task The_models_that_slices_wait_for_are_found()
    {
        (SliceQueue queue, SliceRows rows) = Create();
        await rows.AddWorkerAsync(10);
        await rows.AddAsync(3, SliceRows.TenantA);
        SliceRows other = new(database.DataSource, _model + "-2");
        await other.AddAsync(1, SliceRows.TenantB);
        Assert.Equal([_model, _model + "-2"], (await queue.ModelsAsync(default)).Where(model => model.StartsWith(_model, StringComparison.Ordinal)));
        await queue.TakeAsync(_model, default);
        Assert.DoesNotContain(_model, await queue.ModelsAsync(default));
    }

    private static long[] Ids(IEnumerable<PendingSlice> slices) => [.. slices.Select(slice => slice.Id)];

    private async Task<List<long>> DrainAsync(SliceQueue queue, SliceRows rows)
    {
        List<long> order = [];
        while (await queue.TakeAsync(_model, default) is { Count: > 0 } slices)
        {
            order.AddRange(Ids(slices));
            await rows.FinishAsync(Ids(slices));
        }

        return order;
    }

    private (SliceQueue Queue, SliceRows Rows) Create(double aheadSeconds = 0)
    {
        database.Require();
        ApiOptions options = new() { DispatchAheadSeconds = aheadSeconds };
        return (new SliceQueue(database.DataSource, Microsoft.Extensions.Options.Options.Create(options), TimeProvider.System), new SliceRows(database.DataSource, _model));
    }
}
