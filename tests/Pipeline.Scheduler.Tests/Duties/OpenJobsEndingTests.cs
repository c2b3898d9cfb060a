using Pipeline.Data.Claims;
using Pipeline.Data.Duties;
using Pipeline.Data.Entities;
using Pipeline.Data.Results;
using Pipeline.Data.States;
using Pipeline.Testing;

namespace Pipeline.Scheduler.Tests.Duties;

public sealed class OpenJobsEndingTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task A_batch_past_its_window_keeps_what_is_done_and_expires_the_rest()
    {
        database.Require();
        string batchId = await database.AddBatchAsync("m", ["done", "runs", "waits"], 3);
        await database.AddWorkerAsync("w-expire");
        long sliceId = (await database.SlicesAsync(batchId))[0].Id;
        IReadOnlyList<ClaimedJob> claimed = (await new SliceClaimer(database.DataSource).ClaimAsync(sliceId, "w-expire", 2, default)).Jobs;
        ResultCommitter committer = new(database.DataSource);
        await committer.CommitAsync([TakeBackTests.Attempt(claimed[0], AttemptOutcome.Completed)], default);
        await database.ExecuteAsync("UPDATE batches SET expires_at = now() - interval '1 second' WHERE id = $1", batchId);

        int[] expired = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => OpenJobsEnding.ExpireAsync(database.DataSource, default)));
        Assert.Equal(2, expired.Sum());
        Assert.Equal([JobState.Completed, JobState.Expired, JobState.Expired], (await database.JobsAsync(batchId)).Select(job => job.State));
        Batch batch = await database.BatchAsync(batchId);
        Assert.Equal((BatchStatus.Finalizing, BatchStatus.Expired), (batch.Status, batch.Outcome!.Value));
        Assert.Equal((1, 0, 0), (batch.Completed, batch.Failed, batch.Remaining));
        Assert.Equal(SliceState.Done, (await database.SlicesAsync(batchId))[0].State);

        // What was running when the window closed comes too late.
        Assert.Empty(await committer.CommitAsync([TakeBackTests.Attempt(claimed[1], AttemptOutcome.Completed)], default));
        Assert.Equal(AttemptOutcome.Fenced, (await database.LedgerAsync(batchId))[1].Outcome);
        Assert.Equal(0, await OpenJobsEnding.ExpireAsync(database.DataSource, default));
    }

    [Fact]
    public async Task A_batch_within_its_window_is_left_alone()
    {
        database.Require();
        string batchId = await database.AddBatchAsync("m", ["a"], window: TimeSpan.FromMinutes(5));
        Assert.Equal(0, await OpenJobsEnding.ExpireAsync(database.DataSource, default));
        Assert.Equal(JobState.Queued, Assert.Single(await database.JobsAsync(batchId)).State);
    }

    [Fact]
    public async Task Queued_jobs_of_a_batch_that_is_being_cancelled_are_cancelled_and_running_ones_left_to_their_worker()
    {
        database.Require();
        string batchId = await database.AddBatchAsync("m", ["runs", "waits", "waits"], 3);
        await database.ExecuteAsync("UPDATE jobs SET state = 1, worker_id = 'x' WHERE batch_id = $1 AND line = 1", batchId);
        await database.ExecuteAsync("UPDATE batches SET status = 'cancelling' WHERE id = $1", batchId);
        Assert.Equal(2, await OpenJobsEnding.CancelAsync(database.DataSource, default));
        Assert.Equal([JobState.Running, JobState.Cancelled, JobState.Cancelled], (await database.JobsAsync(batchId)).Select(job => job.State));
        Batch batch = await database.BatchAsync(batchId);
        Assert.Equal((1, BatchStatus.Cancelling), (batch.Remaining, batch.Status));
        Assert.Equal(0, await OpenJobsEnding.CancelAsync(database.DataSource, default));
    }
}
