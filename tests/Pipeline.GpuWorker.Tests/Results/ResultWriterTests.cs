using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Data.Claims;
using Pipeline.Data.Entities;
using Pipeline.Data.Results;
using Pipeline.Data.States;
using Pipeline.GpuWorker.Leases;
using Pipeline.GpuWorker.Results;
using Pipeline.GpuWorker.Tests.Support;
using Pipeline.Testing;

namespace Pipeline.GpuWorker.Tests.Results;

public sealed class ResultWriterTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task A_result_that_cannot_be_stored_is_failed_and_takes_no_other_along()
    {
        database.Require();
        await using TestWorker worker = await TestWorker.StartAsync(database, TestWorker.NewModel(), null, ("Pipeline:Worker:CommitDelayMilliseconds", "500"), ("Pipeline:Worker:WatchSeconds", "60"));
        string batchId = await database.AddBatchAsync("m", ["a", "b", "c"]);
        IReadOnlyList<ClaimedJob> jobs = await ClaimAsync(batchId, worker.Id);
        ResultWriter writer = worker.Services.GetRequiredService<ResultWriter>();

        // PostgreSQL's text holds no NUL.
        bool[] kept = await Task.WhenAll(jobs.Select((job, i) => writer.WriteAsync(Attempt(job) with { Body = i == 1 ? "\0" : "{}" })));
        Assert.All(kept, Assert.True);
        Assert.Equal([JobState.Completed, JobState.Failed, JobState.Completed], (await database.JobsAsync(batchId)).Select(job => job.State));
        JobResult failed = (await database.ResultsAsync(batchId))[jobs[1].Id];
        Assert.Equal(500, failed.StatusCode);
        Assert.Contains("could not be stored", failed.Body);
        Batch batch = await database.BatchAsync(batchId);
        Assert.Equal((2, 1, BatchStatus.Finalizing), (batch.Completed, batch.Failed, batch.Status));
    }

    [Fact]
    public async Task A_group_waits_for_jobs_that_may_yet_end_and_for_nobody_else()
    {
        database.Require();
        FakeTimeProvider time = new(TimeProvider.System.GetUtcNow());
        await database.AddWorkerAsync("grouping");
        IReadOnlyList<ClaimedJob> jobs = await ClaimAsync(await database.AddBatchAsync("m", ["a", "b"]), "grouping");
        await using TestWorker worker = await TestWorker.StartAsync(database, TestWorker.NewModel());
        HeldJobs held = new();
        foreach (ClaimedJob job in jobs)
        {
            held.Add(job);
        }

        // The writer's clock stands still: no group is ever late.
        using ResultWriter writer = ActivatorUtilities.CreateInstance<ResultWriter>(worker.Services, held, time);
        await writer.StartAsync(TestContext.Current.CancellationToken);
        Task<bool> first = writer.WriteAsync(Attempt(jobs[0]));
        await Task.Delay(TimeSpan.FromMilliseconds(100), TestContext.Current.CancellationToken);
        Assert.False(first.IsCompleted);
        Assert.True(await writer.WriteAsync(Attempt(jobs[1])));
        Assert.True(await first);
        Assert.Equal(0, held.Count);
        await writer.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_commit_whose_reply_was_lost_may_be_repeated()
    {
        database.Require();
        string batchId = await database.AddBatchAsync("m", ["a", "b"]);
        await database.AddWorkerAsync("repeating");
        IReadOnlyList<ClaimedJob> jobs = await ClaimAsync(batchId, "repeating");
        FinishedAttempt[] attempts = [.. jobs.Select(job => Attempt(job))];
        ResultCommitter committer = new(database.DataSource);
        Assert.Equal(2, (await committer.CommitAsync(attempts, default)).Count);
        Batch once = await database.BatchAsync(batchId);
        Assert.Empty(await committer.CommitAsync(attempts, default));
        Batch twice = await database.BatchAsync(batchId);
        Assert.Equal((once.Completed, once.Remaining, once.PromptTokens), (twice.Completed, twice.Remaining, twice.PromptTokens));
        Assert.All(await database.LedgerAsync(batchId), cost => Assert.Equal(AttemptOutcome.Completed, cost.Outcome));
    }

    [Fact]
    public async Task Groups_committed_at_once_over_the_same_batches_count_each_job_once()
    {
        database.Require();
        await database.AddWorkerAsync("many");
        List<string> batches = [];
        List<ClaimedJob> jobs = [];
        for (int i = 0; i < 4; i++)
        {
            batches.Add(await database.AddBatchAsync("m", [.. Enumerable.Repeat("x", 100)], 25));
            jobs.AddRange(await ClaimAsync(batches[i], "many"));
        }

        // Every group holds jobs of every batch, in an order of its own.
        FinishedAttempt[] attempts = [.. jobs.Select(job => Attempt(job))];
        new Random(7).Shuffle(attempts);
        ResultCommitter committer = new(database.DataSource);
        await Task.WhenAll(attempts.Chunk(20).Select(group => committer.CommitAsync(group, default)));
        foreach (string batchId in batches)
        {
            Batch batch = await database.BatchAsync(batchId);
            Assert.Equal((100, 0, BatchStatus.Finalizing, 500L), (batch.Completed, batch.Remaining, batch.Status, batch.PromptTokens));
        }
    }

    private static FinishedAttempt Attempt(ClaimedJob job) => new()
    {
        Job = job, Outcome = AttemptOutcome.Completed, Model = "m", RequestId = "req_1", StatusCode = 200, Body = "{}", Currency = "USD", Tokens = new AttemptTokens(5, 0, 1, 0),
    };

    private async Task<IReadOnlyList<ClaimedJob>> ClaimAsync(string batchId, string workerId)
    {
        List<ClaimedJob> jobs = [];
        foreach (Slice slice in await database.SlicesAsync(batchId))
        {
            await database.ExecuteAsync("UPDATE slices SET state = 2, sent_at = now() WHERE id = $1", slice.Id);
            jobs.AddRange((await new SliceClaimer(database.DataSource).ClaimAsync(slice.Id, workerId, 1000, default)).Jobs);
        }

        return jobs;
    }
}
