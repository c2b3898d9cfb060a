using Pipeline.Data.States;
using Pipeline.ProducerApi.Dispatch;
using Pipeline.Testing;

namespace Pipeline.ProducerApi.Tests.Dispatch;

public sealed class SliceQueueTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private readonly string _model = "m-" + Guid.NewGuid().ToString("N");

    [Fact]
    public async Task No_more_are_taken_than_the_window_has_room_for()
    {
        (SliceQueue queue, SliceRows rows) = Create();
        List<long> ids = await rows.AddAsync(5, SliceRows.TenantA);
        Assert.Equal(ids.Take(3), Ids(await queue.TakeAsync(_model, 3, default)));
        Assert.Empty(await queue.TakeAsync(_model, 3, default));
        await queue.MarkSentAsync([ids[0]], default);
        Assert.Empty(await queue.TakeAsync(_model, 3, default));
        await rows.FinishAsync(ids[0]);
        Assert.Equal([ids[3]], Ids(await queue.TakeAsync(_model, 3, default)));
    }

    [Fact]
    public async Task Tenants_take_turns_whoever_came_first()
    {
        (SliceQueue queue, SliceRows rows) = Create();
        List<long> a = await rows.AddAsync(6, SliceRows.TenantA);
        List<long> b = await rows.AddAsync(2, SliceRows.TenantB);
        Assert.Equal([a[0], a[1], b[0], b[1]], Ids(await queue.TakeAsync(_model, 4, default)));
    }

    [Fact]
    public async Task A_tenant_with_nothing_on_its_way_gets_the_next_free_place()
    {
        (SliceQueue queue, SliceRows rows) = Create();
        List<long> a = await rows.AddAsync(6, SliceRows.TenantA);
        Assert.Equal(4, (await queue.TakeAsync(_model, 4, default)).Count);
        List<long> b = await rows.AddAsync(2, SliceRows.TenantB);
        await rows.FinishAsync(a[0]);
        Assert.Equal([b[0]], Ids(await queue.TakeAsync(_model, 4, default)));
    }

    [Fact]
    public async Task Priority_goes_first_then_the_earlier_deadline_then_the_older()
    {
        (SliceQueue queue, SliceRows rows) = Create();
        long late = await rows.AddAsync(SliceRows.TenantA, deadlineHours: 24);
        long later = await rows.AddAsync(SliceRows.TenantA, deadlineHours: 48);
        long soon = await rows.AddAsync(SliceRows.TenantA, deadlineHours: 1);
        long urgent = await rows.AddAsync(SliceRows.TenantB, priority: 10, deadlineHours: null);
        List<long> order = [];
        while (await queue.TakeAsync(_model, 1, default) is [PendingSlice slice])
        {
            order.Add(slice.Id);
            await rows.FinishAsync(slice.Id);
        }

        Assert.Equal([urgent, soon, late, later], order);
    }

    [Fact]
    public async Task What_was_put_back_waits_for_its_delay()
    {
        (SliceQueue queue, SliceRows rows) = Create();
        long id = await rows.AddAsync(SliceRows.TenantA);
        await queue.TakeAsync(_model, 1, default);
        await queue.PutBackAsync([id], TimeSpan.FromMilliseconds(300), default);
        Assert.Equal(SliceState.Pending, await rows.StateAsync(id));
        Assert.Empty(await queue.TakeAsync(_model, 1, default));
        await Task.Delay(400);
        Assert.Equal([id], Ids(await queue.TakeAsync(_model, 1, default)));
    }

    [Fact]
    public async Task A_slice_that_is_done_before_its_confirm_stays_done()
    {
        (SliceQueue queue, SliceRows rows) = Create();
        long id = await rows.AddAsync(SliceRows.TenantA);
        await queue.TakeAsync(_model, 1, default);
        await rows.FinishAsync(id);
        await queue.MarkSentAsync([id], default);
        Assert.Equal(SliceState.Done, await rows.StateAsync(id));
        await queue.PutBackAsync([id], TimeSpan.Zero, default);
        Assert.Equal(SliceState.Done, await rows.StateAsync(id));
    }

    [Fact]
    public async Task Two_processes_together_take_no_more_than_the_window_and_nothing_twice()
    {
        (SliceQueue queue, SliceRows rows) = Create();
        await rows.AddAsync(30, SliceRows.TenantA);
        List<PendingSlice>[] taken = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => queue.TakeAsync(_model, 10, default)));
        Assert.Equal(10, taken.Sum(slices => slices.Count));
        Assert.Equal(10, taken.SelectMany(Ids).Distinct().Count());
    }

    [Fact]
    public async Task The_models_that_slices_wait_for_are_found()
    {
        (SliceQueue queue, SliceRows rows) = Create();
        await rows.AddAsync(3, SliceRows.TenantA);
        SliceRows other = new(database.DataSource, _model + "-2");
        await other.AddAsync(1, SliceRows.TenantB);
        Assert.Equal([_model, _model + "-2"], (await queue.ModelsAsync(default)).Where(model => model.StartsWith(_model, StringComparison.Ordinal)));
        await queue.TakeAsync(_model, 10, default);
        Assert.DoesNotContain(_model, await queue.ModelsAsync(default));
    }

    private static IEnumerable<long> Ids(IEnumerable<PendingSlice> slices) => slices.Select(slice => slice.Id).Order();

    private (SliceQueue Queue, SliceRows Rows) Create()
    {
        database.Require();
        return (new SliceQueue(database.DataSource, TimeProvider.System), new SliceRows(database.DataSource, _model));
    }
}
