using Pipeline.Data.Duties;
using Pipeline.Data.Entities;
using Pipeline.Data.States;
using Pipeline.Testing;

namespace Pipeline.Scheduler.Tests.Duties;

public sealed class SliceUpkeepTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly TimeSpan Sending = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Sent = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task A_slice_whose_sender_was_lost_is_pending_again_and_a_fresh_one_is_left_alone()
    {
        database.Require();
        string batchId = await database.AddBatchAsync("m", ["a", "b"], 1);
        List<Slice> slices = await database.SlicesAsync(batchId);
        await database.ExecuteAsync("UPDATE slices SET state = 1, sending_at = now() - interval '31 seconds' WHERE id = $1", slices[0].Id);
        await database.ExecuteAsync("UPDATE slices SET state = 1, sending_at = now() - interval '29 seconds' WHERE id = $1", slices[1].Id);
        Assert.Equal(1, await SliceUpkeep.ReturnUnsentAsync(database.DataSource, Sending, Sent, default));
        Assert.Equal([SliceState.Pending, SliceState.Sending], (await database.SlicesAsync(batchId)).Select(slice => slice.State));
        Assert.Equal(0, await SliceUpkeep.ReturnUnsentAsync(database.DataSource, Sending, Sent, default));
    }

    [Fact]
    public async Task A_slice_whose_message_was_lost_is_sent_again_unless_some_of_it_runs()
    {
        database.Require();
        string batchId = await database.AddBatchAsync("m", ["lost", "lost too", "runs", "waits"], 2);
        List<Slice> slices = await database.SlicesAsync(batchId);
        await database.ExecuteAsync("UPDATE slices SET state = 2, sent_at = now() - interval '11 minutes' WHERE batch_id = $1", batchId);
        await database.ExecuteAsync("UPDATE jobs SET state = 1 WHERE batch_id = $1 AND line = 3", batchId);
        Assert.Equal(1, await SliceUpkeep.ReturnUnsentAsync(database.DataSource, Sending, Sent, default));
        Assert.Equal([SliceState.Pending, SliceState.Sent], (await database.SlicesAsync(batchId)).Select(slice => slice.State));
        Assert.Equal(0, await SliceUpkeep.ReturnUnsentAsync(database.DataSource, Sending, Sent, default));
        Assert.Equal(2, slices.Count);
    }

    [Fact]
    public async Task A_slice_whose_jobs_have_all_ended_is_closed()
    {
        database.Require();
        string batchId = await database.AddBatchAsync("m", ["a", "b", "c", "d"], 2);
        await database.ExecuteAsync("UPDATE slices SET state = 2, sent_at = now() WHERE batch_id = $1", batchId);
        await database.ExecuteAsync("UPDATE jobs SET state = 2 WHERE batch_id = $1 AND line < 4", batchId);
        Assert.Equal(1, await SliceUpkeep.CloseFinishedAsync(database.DataSource, default));
        Assert.Equal([SliceState.Done, SliceState.Sent], (await database.SlicesAsync(batchId)).Select(slice => slice.State));
        Assert.Equal(0, await SliceUpkeep.CloseFinishedAsync(database.DataSource, default));
    }
}
