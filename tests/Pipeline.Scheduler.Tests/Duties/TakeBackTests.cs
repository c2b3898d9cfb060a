using Pipeline.Data.Claims;
using Pipeline.Data.Duties;
using Pipeline.Data.Entities;
using Pipeline.Data.Results;
using Pipeline.Data.States;
using Pipeline.Testing;

namespace Pipeline.Scheduler.Tests.Duties;

public sealed class TakeBackTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task Jobs_of_a_silent_worker_are_queued_again_in_exclusive_slices_of_16()
    {
        database.Require();
        string batchId = await ClaimedAsync("silent-1", 64);
        await DieAsync("silent-1");
        TakeBackReport report = await JobTakeBack.RunAsync(database.DataSource, Lease, default);
        Assert.Equal(new TakeBackReport(1, 64, 0, 0), report);

        List<Slice> slices = await database.SlicesAsync(batchId);
        Slice old = slices[0];
        Assert.Equal(SliceState.Done, old.State);
        Batch batch = await database.BatchAsync(batchId);
        Assert.Equal(4, slices.Count - 1);
        Assert.All(slices.Skip(1), slice =>
            Assert.Equal((SliceState.Pending, true, 16, batch.ExpiresAt), (slice.State, slice.Exclusive, slice.JobCount, slice.Deadline!.Value)));
        List<Job> jobs = await database.JobsAsync(batchId);
        Assert.All(jobs, job => Assert.Equal((JobState.Queued, 1), (job.State, job.Attempts)));
        Assert.Equal(slices.Skip(1).SelectMany(slice => Enumerable.Repeat(slice.Id, 16)), jobs.Select(job => job.SliceId!.Value));
        Assert.Equal(64, batch.Remaining);
    }

    [Fact]
    public async Task To_take_back_twice_does_nothing_more()
    {
        database.Require();
        string batchId = await ClaimedAsync("silent-2", 20);
        await DieAsync("silent-2");
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => JobTakeBack.RunAsync(database.DataSource, Lease, default)));
        TakeBackReport again = await JobTakeBack.RunAsync(database.DataSource, Lease, default);
        Assert.False(again.DidSomething);
        Assert.Equal(20, (await database.SlicesAsync(batchId)).Where(slice => slice.State == SliceState.Pending).Sum(slice => slice.JobCount));
    }

    [Fact]
    public async Task A_worker_that_was_heard_of_keeps_its_jobs()
    {
        database.Require();
        string batchId = await ClaimedAsync("alive", 5);
        await JobTakeBack.RunAsync(database.DataSource, Lease, default);
        Assert.All(await database.JobsAsync(batchId), job => Assert.Equal((JobState.Running, "alive"), (job.State, job.WorkerId)));
    }

    [Fact]
    public async Task After_the_second_death_jobs_go_on_alone_and_after_the_third_they_are_failed_by_name()
    {
        database.Require();
        string batchId = await ClaimedAsync("first", 3);
        await DieAsync("first");
        await JobTakeBack.RunAsync(database.DataSource, Lease, default);
        await ClaimPendingAsync(batchId, "second");
        await DieAsync("second");
        await JobTakeBack.RunAsync(database.DataSource, Lease, default);
        List<Slice> alone = [.. (await database.SlicesAsync(batchId)).Where(slice => slice.State == SliceState.Pending)];
        Assert.Equal(3, alone.Count);
        Assert.All(alone, slice => Assert.Equal((1, true), (slice.JobCount, slice.Exclusive)));

        await ClaimPendingAsync(batchId, "third");
        await DieAsync("third");
        TakeBackReport report = await JobTakeBack.RunAsync(database.DataSource, Lease, default);
        Assert.Equal(new TakeBackReport(1, 0, 3, 0), report);
        Assert.All(await database.JobsAsync(batchId), job => Assert.Equal((JobState.Failed, 3), (job.State, job.Attempts)));
        Dictionary<long, JobResult> results = await database.ResultsAsync(batchId);
        Assert.Equal(3, results.Count);
        Assert.All(results.Values, result =>
        {
            Assert.Equal(500, result.StatusCode);
            Assert.Contains("\"code\":\"worker_lost\"", result.Body);
            Assert.Contains("3 attempts", result.Body);
        });
        Batch batch = await database.BatchAsync(batchId);
        Assert.Equal((0, 3, BatchStatus.Finalizing, BatchStatus.Completed), (batch.Remaining, batch.Failed, batch.Status, batch.Outcome!.Value));
        Assert.All(await database.SlicesAsync(batchId), slice => Assert.Equal(SliceState.Done, slice.State));
        Assert.Empty(await database.LedgerAsync(batchId));
    }

    [Fact]
    public async Task An_attempt_that_its_worker_gave_back_is_no_death()
    {
        database.Require();
        string batchId = await database.AddBatchAsync("m", ["one"]);
        for (int i = 1; i <= 3; i++)
        {
            await database.AddWorkerAsync($"polite-{i}");
            ClaimedJob job = Assert.Single(await ClaimPendingAsync(batchId, $"polite-{i}"));
            await new ResultCommitter(database.DataSource).CommitAsync([Attempt(job, AttemptOutcome.Released)], default);
        }

        await ClaimPendingAsync(batchId, "rude");
        await DieAsync("rude");
        Assert.Equal(new TakeBackReport(1, 1, 0, 0), await JobTakeBack.RunAsync(database.DataSource, Lease, default));
        Job taken = Assert.Single(await database.JobsAsync(batchId));
        Assert.Equal((JobState.Queued, 4), (taken.State, taken.Attempts));
        Assert.Equal(1, (await database.SlicesAsync(batchId)).Single(slice => slice.State == SliceState.Pending).JobCount);
    }

    [Fact]
    public async Task The_late_result_of_a_job_that_was_taken_back_is_fenced_and_its_cost_kept()
    {
        database.Require();
        string batchId = await database.AddBatchAsync("m", ["one"]);
        ClaimedJob first = Assert.Single(await ClaimPendingAsync(batchId, "frozen"));
        await DieAsync("frozen");
        await JobTakeBack.RunAsync(database.DataSource, Lease, default);
        ResultCommitter committer = new(database.DataSource);
        Assert.Empty(await committer.CommitAsync([Attempt(first, AttemptOutcome.Completed)], default));
        Assert.Empty(await database.ResultsAsync(batchId));

        ClaimedJob second = Assert.Single(await ClaimPendingAsync(batchId, "fresh"));
        Assert.Empty(await committer.CommitAsync([Attempt(first, AttemptOutcome.Completed)], default));
        Assert.Single(await committer.CommitAsync([Attempt(second, AttemptOutcome.Completed)], default));
        Assert.Equal([(1, AttemptOutcome.Fenced), (2, AttemptOutcome.Completed)], (await database.LedgerAsync(batchId)).Select(cost => ((int)cost.Attempt, cost.Outcome)));
        Assert.Equal((1, 0), ((await database.BatchAsync(batchId)).Completed, (await database.BatchAsync(batchId)).Remaining));
    }

    [Fact]
    public async Task Jobs_of_a_batch_that_is_being_cancelled_end_cancelled()
    {
        database.Require();
        string batchId = await ClaimedAsync("gone", 2);
        await database.ExecuteAsync("UPDATE batches SET status = 'cancelling' WHERE id = $1", batchId);
        await DieAsync("gone");
        Assert.Equal(new TakeBackReport(1, 0, 0, 2), await JobTakeBack.RunAsync(database.DataSource, Lease, default));
        Batch batch = await database.BatchAsync(batchId);
        Assert.Equal((0, BatchStatus.Cancelling), (batch.Remaining, batch.Status));
    }

    internal static FinishedAttempt Attempt(ClaimedJob job, AttemptOutcome outcome) => new()
    {
        Job = job, Outcome = outcome, Model = "m", RequestId = "req_x", StatusCode = 200, Body = "{}", Currency = "USD",
        Tokens = new AttemptTokens(1, 0, 1, 0), Seconds = new AttemptSeconds(0, 1, 1, 2), PricePerDeviceHour = 1800,
    };

    private async Task<string> ClaimedAsync(string workerId, int jobs)
    {
        string batchId = await database.AddBatchAsync("m", [.. Enumerable.Repeat("hello", jobs)]);
        Assert.Equal(jobs, (await ClaimPendingAsync(batchId, workerId)).Count);
        return batchId;
    }

    /// <summary>Sends and claims all of the batch that is pending, as a worker of that name.</summary>
    private async Task<List<ClaimedJob>> ClaimPendingAsync(string batchId, string workerId)
    {
        await database.ExecuteAsync(
            "INSERT INTO workers (id, host, process_id, model, device, started_at, heartbeat_at, busy_seconds) VALUES ($1, 'test', 0, 'm', 'echo', now(), now(), 0) ON CONFLICT DO NOTHING", workerId);
        List<ClaimedJob> claimed = [];
        foreach (Slice slice in (await database.SlicesAsync(batchId)).Where(slice => slice.State == SliceState.Pending))
        {
            await database.ExecuteAsync("UPDATE slices SET state = 2, sent_at = now() WHERE id = $1", slice.Id);
            claimed.AddRange((await new SliceClaimer(database.DataSource).ClaimAsync(slice.Id, workerId, 1000, default)).Jobs);
        }

        return claimed;
    }

    private Task<int> DieAsync(string workerId) =>
        database.ExecuteAsync("UPDATE workers SET heartbeat_at = now() - interval '16 seconds' WHERE id = $1", workerId);
}
