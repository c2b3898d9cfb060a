using Npgsql;
using Pipeline.Data.Entities;
using Pipeline.Data.States;
using Pipeline.GpuWorker.Tests.Support;
using Pipeline.Testing;

namespace Pipeline.GpuWorker.Tests.Consumers;

public sealed class SliceRunTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task A_batch_is_run_committed_and_counted_and_its_finalizer_is_next()
    {
        database.Require();
        string model = TestWorker.NewModel();
        await using TestWorker worker = await TestWorker.StartAsync(database, model, null, ("Pipeline:Worker:Echo:DelayMilliseconds", "5"));
        string batchId = await database.AddBatchAsync(model, [.. Enumerable.Range(1, 150).Select(i => $"say word {i}")]);
        await worker.DispatchAsync(database, batchId);
        await Eventually.HoldsAsync(async () => (await database.BatchAsync(batchId)).Status == BatchStatus.Finalizing);

        Batch batch = await database.BatchAsync(batchId);
        Assert.Equal((150, 0, 0), (batch.Completed, batch.Failed, batch.Remaining));
        Assert.Equal(BatchStatus.Completed, batch.Outcome);
        Assert.NotNull(batch.FinalizingAt);
        Assert.Equal((450, 450), (batch.PromptTokens, batch.CompletionTokens));
        await Eventually.HoldsAsync(async () => (await database.SlicesAsync(batchId)).All(slice => slice is { State: SliceState.Done, DoneAt: not null }));

        List<Job> jobs = await database.JobsAsync(batchId);
        Dictionary<long, JobResult> results = await database.ResultsAsync(batchId);
        Assert.All(jobs, job => Assert.Equal((JobState.Completed, 1), (job.State, job.Attempts)));
        Assert.All(jobs, job => Assert.Contains($"say word {job.Line}\"", results[job.Id].Body));
        List<JobCost> ledger = await database.LedgerAsync(batchId);
        Assert.Equal(jobs.Select(job => job.Id), ledger.Select(cost => cost.JobId));
        Assert.All(ledger, cost =>
        {
            Assert.Equal((AttemptOutcome.Completed, "EUR", 3.60m), (cost.Outcome, cost.Currency, cost.PricePerDeviceHour));
            Assert.Equal(cost.DeviceSeconds / 1000, (double)cost.Cost, tolerance: 1e-11);
        });
    }

    [Fact]
    public async Task The_ledger_sums_to_the_time_that_the_backend_was_busy()
    {
        database.Require();
        string model = TestWorker.NewModel();
        string batchId = await database.AddBatchAsync(model, [.. Enumerable.Repeat("hello", 100)]);
        await using (TestWorker worker = await TestWorker.StartAsync(database, model, null, ("Pipeline:Worker:Echo:DelayMilliseconds", "3")))
        {
            await worker.DispatchAsync(database, batchId);
            await Eventually.HoldsAsync(async () => (await database.BatchAsync(batchId)).Remaining == 0);
        }

        List<JobCost> ledger = await database.LedgerAsync(batchId);
        string workerId = Assert.Single(ledger.Select(cost => cost.WorkerId).Distinct());
        await using Data.PipelineDbContext context = database.CreateContext();
        Worker row = context.Workers.Single(worker => worker.Id == workerId);
        Assert.NotNull(row.StoppedAt);
        double sum = ledger.Sum(cost => cost.DeviceSeconds);
        Assert.NotEqual(0, sum);
        Assert.Equal(1, row.BusySeconds / sum, 0.01);
    }

    [Fact]
    public async Task A_slice_delivered_to_two_workers_at_once_commits_each_job_once()
    {
        database.Require();
        string model = TestWorker.NewModel();
        await using TestWorker first = await TestWorker.StartAsync(database, model, null, ("Pipeline:Worker:Echo:DelayMilliseconds", "20"), ("Pipeline:Worker:MaxRunning", "8"));
        await using TestWorker second = await TestWorker.StartAsync(database, model, null, ("Pipeline:Worker:Echo:DelayMilliseconds", "20"), ("Pipeline:Worker:MaxRunning", "8"));
        string batchId = await database.AddBatchAsync(model, [.. Enumerable.Repeat("hello", 200)], 100);
        List<Slice> slices = await database.SlicesAsync(batchId);
        foreach (Slice slice in slices.Concat(slices).Concat(slices))
        {
            await first.SendAsync(slice);
        }

        await Eventually.HoldsAsync(async () => (await database.BatchAsync(batchId)).Remaining == 0);
        Assert.Equal(200, (await database.BatchAsync(batchId)).Completed);
        Assert.Equal(200, (await database.ResultsAsync(batchId)).Count);
        List<JobCost> ledger = await database.LedgerAsync(batchId);
        Assert.Equal(200, ledger.Count);
        Assert.All(ledger, cost => Assert.Equal((1, AttemptOutcome.Completed), (cost.Attempt, cost.Outcome)));
        Assert.Equal(2, ledger.Select(cost => cost.WorkerId).Distinct().Count());
    }

    [Fact]
    public async Task Jobs_that_somebody_was_claiming_when_the_slice_came_and_did_not_get_are_sent_again()
    {
        database.Require();
        string model = TestWorker.NewModel();
        await using TestWorker worker = await TestWorker.StartAsync(database, model);
        string batchId = await database.AddBatchAsync(model, [.. Enumerable.Repeat("hello", 20)], 20);
        await using (NpgsqlConnection connection = await database.DataSource.OpenConnectionAsync())
        {
            // The claim of a worker that is killed before it is committed.
            await using NpgsqlTransaction claim = await connection.BeginTransactionAsync();
            await using NpgsqlCommand command = new("SELECT 1 FROM jobs WHERE batch_id = $1 AND line <= 5 FOR NO KEY UPDATE", connection, claim) { Parameters = { new() { Value = batchId } } };
            await command.ExecuteNonQueryAsync();
            await worker.DispatchAsync(database, batchId);
            await Eventually.HoldsAsync(async () => (await database.BatchAsync(batchId)).Completed == 15);
            await Eventually.HoldsAsync(async () => Assert.Single(await database.SlicesAsync(batchId)).State == SliceState.Pending);
        }

        await worker.DispatchAsync(database, batchId);
        await Eventually.HoldsAsync(async () => (await database.BatchAsync(batchId)).Remaining == 0);
        Assert.Equal(20, (await database.LedgerAsync(batchId)).Count);
    }

    [Fact]
    public async Task No_more_is_claimed_than_twice_what_the_backend_runs()
    {
        database.Require();
        string model = TestWorker.NewModel();
        GatedBackend backend = new(10);
        await using TestWorker worker = await TestWorker.StartAsync(database, model, backend);
        string batchId = await database.AddBatchAsync(model, [.. Enumerable.Repeat("hello", 100)], 25);
        await worker.DispatchAsync(database, batchId);
        await Eventually.HoldsAsync(() => backend.Running == 20);
        Assert.Equal(20, (await database.JobsAsync(batchId)).Count(job => job.State == JobState.Running));
        backend.Open();
        await Eventually.HoldsAsync(async () => (await database.BatchAsync(batchId)).Remaining == 0);
        Assert.Equal(20, backend.MostAtATime);
    }

    [Fact]
    public async Task An_exclusive_slice_runs_with_nothing_else_in_flight()
    {
        database.Require();
        string model = TestWorker.NewModel();
        GatedBackend backend = new(100);
        await using TestWorker worker = await TestWorker.StartAsync(database, model, backend);
        string batchId = await database.AddBatchAsync(model, [.. Enumerable.Range(0, 6).Select(i => $"job {i}")], 2);
        Slice alone = (await database.SlicesAsync(batchId))[1];
        await database.ExecuteAsync("UPDATE slices SET exclusive = true WHERE id = $1", alone.Id);
        await worker.DispatchAsync(database, batchId);
        await Eventually.HoldsAsync(() => backend.Running >= 2);
        backend.Open();
        await Eventually.HoldsAsync(async () => (await database.BatchAsync(batchId)).Remaining == 0);
        HashSet<string> ids = [.. (await database.JobsAsync(batchId)).Where(job => job.SliceId == alone.Id).Select(job => $"{job.Id}-1")];
        Assert.All(backend.Begun.Where(begun => ids.Contains(begun.Id)), begun => Assert.InRange(begun.Others, 0, 1));
        int[] places = [.. backend.Begun.Select((begun, place) => (begun, place)).Where(pair => ids.Contains(pair.begun.Id)).Select(pair => pair.place)];
        Assert.Equal(1, places[1] - places[0]);
    }

    [Fact]
    public async Task A_request_that_is_none_gets_its_error_as_result_and_counts_as_failed()
    {
        database.Require();
        string model = TestWorker.NewModel();
        await using TestWorker worker = await TestWorker.StartAsync(database, model);
        string batchId = await database.AddBatchAsync(model, ["good", "bad"]);
        long bad = (await database.JobsAsync(batchId))[1].Id;
        await database.ExecuteAsync("""UPDATE job_bodies SET body = '{"model":"m"}' WHERE job_id = $1""", bad);
        await worker.DispatchAsync(database, batchId);
        await Eventually.HoldsAsync(async () => (await database.BatchAsync(batchId)).Status == BatchStatus.Finalizing);
        Batch batch = await database.BatchAsync(batchId);
        Assert.Equal((1, 1), (batch.Completed, batch.Failed));
        JobResult result = (await database.ResultsAsync(batchId))[bad];
        Assert.Equal(400, result.StatusCode);
        Assert.Contains("invalid_request_error", result.Body);
        Assert.Equal(AttemptOutcome.Failed, (await database.LedgerAsync(batchId)).Single(cost => cost.JobId == bad).Outcome);
    }
}
