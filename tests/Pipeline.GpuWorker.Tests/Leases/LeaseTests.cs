using Microsoft.Extensions.DependencyInjection;
using Pipeline.Data.Claims;
using Pipeline.Data.Duties;
using Pipeline.Data.Entities;
using Pipeline.Data.Notifications;
using Pipeline.Data.States;
using Pipeline.GpuWorker.Leases;
using Pipeline.GpuWorker.Tests.Support;
using Pipeline.Testing;

namespace Pipeline.GpuWorker.Tests.Leases;

public sealed class LeaseTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task A_worker_registers_beats_and_says_goodbye()
    {
        database.Require();
        string id;
        await using (TestWorker worker = await TestWorker.StartAsync(database, TestWorker.NewModel()))
        {
            id = worker.Id;
            DateTimeOffset first = (await RowAsync(id)).HeartbeatAt;
            await Eventually.HoldsAsync(async () => (await RowAsync(id)).HeartbeatAt > first);
            Assert.Null((await RowAsync(id)).StoppedAt);
        }

        Worker row = await RowAsync(id);
        Assert.Equal(row.HeartbeatAt, row.StoppedAt);
        Assert.Equal(("echo", Environment.ProcessId), (row.Device, row.ProcessId));
    }

    [Fact]
    public async Task A_worker_whose_lease_was_ended_lets_go_takes_a_new_id_and_works_on()
    {
        database.Require();
        string model = TestWorker.NewModel();
        GatedBackend backend = new(8);
        await using TestWorker worker = await TestWorker.StartAsync(database, model, backend);
        string batchId = await database.AddBatchAsync(model, [.. Enumerable.Repeat("hello", 8)]);
        await worker.DispatchAsync(database, batchId);
        await Eventually.HoldsAsync(() => backend.Running == 8);
        string old = worker.Id;

        // As if it had been frozen for longer than its lease: the scheduler ends it and takes its jobs back.
        await database.ExecuteAsync("UPDATE workers SET heartbeat_at = now() - interval '1 hour', stopped_at = now() WHERE id = $1", old);
        Assert.Equal(8, (await JobTakeBack.RunAsync(database.DataSource, TimeSpan.FromMinutes(1), default)).Requeued);
        await Eventually.HoldsAsync(() => backend.Running == 0);
        await Eventually.HoldsAsync(async () => (await database.LedgerAsync(batchId)).Count == 8);
        Assert.All(await database.LedgerAsync(batchId), cost => Assert.Equal((AttemptOutcome.Fenced, old), (cost.Outcome, cost.WorkerId)));

        // The watch over its jobs may have noticed first; the next heartbeat does too.
        await Eventually.HoldsAsync(() => worker.Id != old);

        backend.Open();
        await worker.DispatchAsync(database, batchId);
        await Eventually.HoldsAsync(async () => (await database.BatchAsync(batchId)).Status == BatchStatus.Finalizing);
        Assert.All(await database.JobsAsync(batchId), job => Assert.Equal((JobState.Completed, 2, worker.Id), (job.State, job.Attempts, job.WorkerId)));
        Assert.Equal(16, (await database.LedgerAsync(batchId)).Count);
    }

    [Fact]
    public async Task A_cancellation_reaches_what_runs_by_its_notification_and_not_by_the_next_look()
    {
        database.Require();
        string model = TestWorker.NewModel();
        GatedBackend backend = new(8);
        // Nobody looks by himself before the test is over, and no job ends by itself.
        await using TestWorker worker = await TestWorker.StartAsync(database, model, backend, ("Pipeline:Worker:WatchSeconds", "60"));
        string batchId = await database.AddBatchAsync(model, [.. Enumerable.Repeat("hello", 6)], 6);
        await worker.DispatchAsync(database, batchId);
        await Eventually.HoldsAsync(() => backend.Running == 6);
        await database.ExecuteAsync(
            "WITH changed AS (UPDATE batches SET status = 'cancelling', cancelling_at = now() WHERE id = $1 RETURNING id) SELECT pg_notify($2, id) FROM changed",
            batchId,
            NotificationChannels.Batches);
        await Eventually.HoldsAsync(() => backend.Running == 0);
        await Eventually.HoldsAsync(async () => (await database.JobsAsync(batchId)).All(job => job.State == JobState.Cancelled));
        Assert.All(await database.LedgerAsync(batchId), cost => Assert.Equal((AttemptOutcome.Cancelled, 0.2), (cost.Outcome, cost.DeviceSeconds)));
    }

    [Fact]
    public async Task The_jobs_of_a_batch_that_is_cancelled_are_given_up_and_billed_as_far_as_they_got()
    {
        database.Require();
        string model = TestWorker.NewModel();
        GatedBackend backend = new(8);
        await using TestWorker worker = await TestWorker.StartAsync(database, model, backend);
        string batchId = await database.AddBatchAsync(model, [.. Enumerable.Repeat("hello", 4)]);
        await worker.DispatchAsync(database, batchId);
        await Eventually.HoldsAsync(() => backend.Running == 4);
        await database.ExecuteAsync("UPDATE batches SET status = 'cancelling', cancelling_at = now() WHERE id = $1", batchId);
        await Eventually.HoldsAsync(async () => (await database.BatchAsync(batchId)).Remaining == 0);
        Batch batch = await database.BatchAsync(batchId);
        Assert.Equal((BatchStatus.Cancelling, 0, 0), (batch.Status, batch.Completed, batch.Failed));
        Assert.All(await database.JobsAsync(batchId), job => Assert.Equal(JobState.Cancelled, job.State));
        Assert.Empty(await database.ResultsAsync(batchId));
        Assert.All(await database.LedgerAsync(batchId), cost => Assert.Equal((AttemptOutcome.Cancelled, 0.2), (cost.Outcome, cost.DeviceSeconds)));
        await Eventually.HoldsAsync(async () => (await database.SlicesAsync(batchId))[0].State == SliceState.Done);
    }

    [Fact]
    public async Task A_worker_that_stops_gives_back_what_it_runs_and_what_it_has_not_begun()
    {
        database.Require();
        string model = TestWorker.NewModel();
        GatedBackend backend = new(4);
        string batchId = await database.AddBatchAsync(model, [.. Enumerable.Repeat("hello", 40)], 10);
        await using (TestWorker worker = await TestWorker.StartAsync(database, model, backend))
        {
            await worker.DispatchAsync(database, batchId);
            await Eventually.HoldsAsync(() => backend.Running == 8);
            await worker.StopAsync();
        }

        Assert.All(await database.JobsAsync(batchId), job => Assert.Equal(JobState.Queued, job.State));
        Assert.All(await database.SlicesAsync(batchId), slice => Assert.Equal(SliceState.Pending, slice.State));
        List<JobCost> ledger = await database.LedgerAsync(batchId);
        Assert.Equal(8, ledger.Count);
        Assert.All(ledger, cost => Assert.Equal(AttemptOutcome.Released, cost.Outcome));

        GatedBackend next = new(64);
        next.Open();
        await using TestWorker successor = await TestWorker.StartAsync(database, model, next);
        await successor.DispatchAsync(database, batchId);
        await Eventually.HoldsAsync(async () => (await database.BatchAsync(batchId)).Completed == 40);
    }

    [Fact]
    public async Task Jobs_claimed_by_a_call_whose_reply_was_lost_are_handed_back()
    {
        database.Require();
        string model = TestWorker.NewModel();
        await using TestWorker worker = await TestWorker.StartAsync(database, model);
        string batchId = await database.AddBatchAsync(model, ["one", "two"]);
        long sliceId = (await database.SlicesAsync(batchId))[0].Id;
        await database.ExecuteAsync("UPDATE slices SET state = 2, sent_at = now() WHERE id = $1", sliceId);
        Assert.Equal(2, (await new SliceClaimer(database.DataSource).ClaimAsync(sliceId, worker.Id, 10, default)).Jobs.Count);
        await Eventually.HoldsAsync(async () => (await database.JobsAsync(batchId)).All(job => job.State == JobState.Queued));
        Assert.Equal(SliceState.Pending, (await database.SlicesAsync(batchId))[0].State);
        Assert.All(await database.LedgerAsync(batchId), cost => Assert.Equal(AttemptOutcome.Released, cost.Outcome));
    }

    [Fact]
    public async Task A_device_that_fails_ends_the_worker_and_its_jobs_are_taken_back_at_once_as_a_lost_attempt()
    {
        database.Require();
        string model = TestWorker.NewModel();
        GatedBackend backend = new(8);
        string batchId = await database.AddBatchAsync(model, ["one", "two"]);
        int exitCode = Environment.ExitCode;
        try
        {
            await using TestWorker worker = await TestWorker.StartAsync(database, model, backend);
            await worker.DispatchAsync(database, batchId);
            await Eventually.HoldsAsync(() => backend.Running == 2);
            backend.Fail();
            CancellationToken stopping = worker.Services.GetRequiredService<Microsoft.Extensions.Hosting.IHostApplicationLifetime>().ApplicationStopping;
            await Eventually.HoldsAsync(() => stopping.IsCancellationRequested);
            Assert.Equal(1, Environment.ExitCode);

            // What it leaves behind is not handed back as if it had never run, however long it takes to stop.
            HeldJobsWatch watch = worker.Services.GetRequiredService<HeldJobsWatch>();
            await watch.LookAsync(default);
            await watch.LookAsync(default);
        }
        finally
        {
            Environment.ExitCode = exitCode;
        }

        Assert.Equal(2, (await JobTakeBack.RunAsync(database.DataSource, TimeSpan.FromHours(1), default)).Requeued);
        Assert.Empty(await database.LedgerAsync(batchId));
        Assert.All((await database.SlicesAsync(batchId)).Where(slice => slice.State == SliceState.Pending), slice => Assert.True(slice.Exclusive));
    }

    private async Task<Worker> RowAsync(string id)
    {
        await using Data.PipelineDbContext context = database.CreateContext();
        return context.Workers.Single(worker => worker.Id == id);
    }
}
