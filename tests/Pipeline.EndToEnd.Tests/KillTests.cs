using System.Text.Json;
using Pipeline.EndToEnd.Tests.Support;
using Pipeline.Testing;

namespace Pipeline.EndToEnd.Tests;

/// <summary>Kills real worker processes under real work.</summary>
public sealed class KillTests(ITestOutputHelper output)
{
    private const int Jobs = 2000;

    [Theory]
    [InlineData("echo")]
    [InlineData("local")]
    public async Task A_worker_killed_twice_in_the_middle_of_2000_jobs_loses_and_doubles_none(string backend)
    {
        Assert.SkipWhen(backend == "local" && !File.Exists(Path.Combine(Programs.ShippedModel, "config.json")), "needs the model that ships with the project");
        await using RunningStack stack = await RunningStack.StartAsync(
            ("Pipeline:Worker:Backend", backend),
            ("Pipeline:Worker:ModelDirectory", Programs.ShippedModel),
            ("Pipeline:Worker:Threads", "1"),
            ("Pipeline:Worker:KvCacheMegabytes", "64"),
            ("Pipeline:Worker:Echo:DelayMilliseconds", "600"));
        ServiceProcess victim = stack.StartWorker();
        ServiceProcess steady = stack.StartWorker();
        await victim.ReadyAsync();
        await steady.ReadyAsync();
        using HttpClient client = stack.Client();
        string id = await client.SubmitAsync(stack.Model, Enumerable.Range(1, Jobs).Select(i => $"Say word {i}"));

        await KillInTheActAsync(stack, victim, id, done: 200);
        victim = await stack.StartWorker().ReadyAsync();
        await KillInTheActAsync(stack, victim, id, done: 700);
        JsonElement batch = await EndOfBatchAsync(stack, client, id, TimeSpan.FromSeconds(180));

        Assert.Equal("completed", batch.GetProperty("status").GetString());
        Assert.Equal(Jobs, batch.GetProperty("request_counts").GetProperty("completed").GetInt32());
        Assert.Equal(0, batch.GetProperty("request_counts").GetProperty("failed").GetInt32());
        List<JsonElement> lines = await client.LinesAsync(batch, "output_file_id");
        Assert.Equal(Enumerable.Range(1, Jobs).Select(i => $"line-{i}"), lines.Select(line => line.GetProperty("custom_id").GetString()));
        Assert.Equal(0, await steady.StopAsync(TimeSpan.FromSeconds(10)));
        await CheckBooksAsync(stack, id);
    }

    [Fact]
    public async Task A_job_that_brings_its_worker_down_is_failed_after_three_attempts_and_the_rest_goes_on()
    {
        await using RunningStack stack = await RunningStack.StartAsync(
            ("Pipeline:Worker:Echo:CrashOn", "drop dead"), ("Pipeline:Worker:Echo:DelayMilliseconds", "20"), ("Pipeline:Scheduler:LeaseSeconds", "2"));
        using HttpClient client = stack.Client();
        ServiceProcess worker = await stack.StartWorker().ReadyAsync();
        string id = await client.SubmitAsync(stack.Model, Enumerable.Range(1, 150).Select(i => i == 40 ? "please drop dead" : $"word {i}"));
        int crashes = 0;
        JsonElement batch = default;
        await Eventually.HoldsAsync(
            async () =>
            {
                if (worker.HasExited)
                {
                    crashes++;
                    worker = stack.StartWorker();
                }

                batch = await client.BatchAsync(id);
                return batch.GetProperty("status").GetString() == "completed";
            },
            TimeSpan.FromSeconds(120),
            "the batch completes");

        Assert.Equal(3, crashes);
        Assert.Equal(149, (await client.LinesAsync(batch, "output_file_id")).Count);
        JsonElement failed = Assert.Single(await client.LinesAsync(batch, "error_file_id"));
        Assert.Equal("line-40", failed.GetProperty("custom_id").GetString());
        Assert.Equal(500, failed.GetProperty("response").GetProperty("status_code").GetInt32());
        JsonElement error = failed.GetProperty("response").GetProperty("body").GetProperty("error");
        Assert.Equal("worker_lost", error.GetProperty("code").GetString());
        Assert.Contains("3 attempts", error.GetProperty("message").GetString());
        Assert.Equal(3, await stack.NumberAsync("SELECT attempts FROM jobs WHERE batch_id = $1 AND line = 40", id));
        Assert.InRange(await stack.NumberAsync("SELECT max(attempts) FROM jobs WHERE batch_id = $1 AND line <> 40", id), 1, 3);
    }

    [Fact]
    public async Task A_worker_that_is_asked_to_stop_gives_its_jobs_back_at_once_and_they_count_no_attempt_against_them()
    {
        await using RunningStack stack = await RunningStack.StartAsync(("Pipeline:Worker:Echo:DelayMilliseconds", "1000"));
        using HttpClient client = stack.Client();
        ServiceProcess first = await stack.StartWorker().ReadyAsync();
        string id = await client.SubmitAsync(stack.Model, Enumerable.Range(1, 200).Select(i => $"word {i}"));
        await Eventually.HoldsAsync(async () => await stack.NumberAsync("SELECT count(*) FROM jobs WHERE batch_id = $1 AND state = 1", id) >= 32);
        long started = TimeProvider.System.GetTimestamp();
        Assert.Equal(0, await first.StopAsync(TimeSpan.FromSeconds(10)));
        output.WriteLine($"stopped in {TimeProvider.System.GetElapsedTime(started).TotalSeconds:F1} s");
        Assert.Equal(0, await stack.NumberAsync("SELECT count(*) FROM jobs WHERE batch_id = $1 AND state = 1", id));
        Assert.Equal(1, await stack.NumberAsync("SELECT count(*) FROM workers WHERE stopped_at = heartbeat_at"));

        await stack.StartWorker().ReadyAsync();
        JsonElement batch = await EndOfBatchAsync(stack, client, id, TimeSpan.FromSeconds(60));
        Assert.Equal(200, batch.GetProperty("request_counts").GetProperty("completed").GetInt32());
        Assert.InRange(await stack.NumberAsync("SELECT count(*) FROM job_costs WHERE batch_id = $1 AND outcome = 'released'", id), 32, 64);
        Assert.Equal(0, await stack.NumberAsync("SELECT count(*) FROM slices WHERE batch_id = $1 AND exclusive", id));
    }

    /// <summary>Kills the worker when the batch has got that far, and the worker has jobs in hand.</summary>
    private async Task KillInTheActAsync(RunningStack stack, ServiceProcess worker, string batchId, int done)
    {
        await Eventually.HoldsAsync(
            async () => await stack.NumberAsync("SELECT completed FROM batches WHERE id = $1", batchId) >= done
                && await HeldAsync(stack, worker, batchId) > 0,
            TimeSpan.FromSeconds(120),
            "the worker is in the middle of it");
        await worker.KillAsync();
        double held = await HeldAsync(stack, worker, batchId);
        output.WriteLine($"killed at {await stack.NumberAsync("SELECT completed FROM batches WHERE id = $1", batchId)} of {Jobs} jobs, with {held} in hand");
        Assert.True(held > 0, "The worker was killed with nothing in hand: that proves nothing.");
        Assert.True(await stack.NumberAsync("SELECT remaining FROM batches WHERE id = $1", batchId) > 0);
    }

    /// <summary>Waits for the batch's end; if that does not come, the test's output says where everything stands.</summary>
    private async Task<JsonElement> EndOfBatchAsync(RunningStack stack, HttpClient client, string id, TimeSpan within)
    {
        try
        {
            return await client.EndOfBatchAsync(id, within);
        }
        catch (TimeoutException)
        {
            output.WriteLine(await stack.DescribeAsync(id));
            throw;
        }
    }

    private static Task<double> HeldAsync(RunningStack stack, ServiceProcess worker, string batchId) => stack.NumberAsync(
        "SELECT count(*) FROM jobs j JOIN workers w ON w.id = j.worker_id WHERE j.batch_id = $1 AND j.state = 1 AND w.process_id = $2", batchId, worker.Id);

    private async Task CheckBooksAsync(RunningStack stack, string id)
    {
        Assert.Equal(Jobs, await stack.NumberAsync("SELECT count(*) FROM job_results r JOIN jobs j ON j.id = r.job_id WHERE j.batch_id = $1 AND r.status_code = 200", id));
        Assert.Equal(Jobs, await stack.NumberAsync("SELECT count(*) FROM jobs WHERE batch_id = $1 AND state = 2", id));
        Assert.Equal(0, await stack.NumberAsync("SELECT count(*) FROM slices WHERE batch_id = $1 AND state <> 3", id));

        // The ledger: one completed attempt a job, none that was not made, and those that were lost with their worker are not in it.
        double attempts = await stack.NumberAsync("SELECT sum(attempts) FROM jobs WHERE batch_id = $1", id);
        double records = await stack.NumberAsync("SELECT count(*) FROM job_costs WHERE batch_id = $1", id);
        output.WriteLine($"{attempts} attempts, {records} in the ledger");
        Assert.Equal(Jobs, await stack.NumberAsync("SELECT count(DISTINCT job_id) FROM job_costs WHERE batch_id = $1 AND outcome = 'completed'", id));
        Assert.Equal(Jobs, records);
        Assert.True(attempts > Jobs, "No attempt was lost: the kills hit nothing.");
        Assert.Equal(0, await stack.NumberAsync("SELECT count(*) FROM job_costs c JOIN jobs j ON j.id = c.job_id WHERE c.batch_id = $1 AND c.attempt > j.attempts", id));

        // Of the worker that stopped in good order: what it billed is what its engine was busy.
        double busy = await stack.NumberAsync("SELECT sum(busy_seconds) FROM workers WHERE stopped_at = heartbeat_at");
        double billed = await stack.NumberAsync("SELECT sum(c.device_seconds) FROM job_costs c JOIN workers w ON w.id = c.worker_id WHERE w.stopped_at = w.heartbeat_at");
        output.WriteLine($"{busy:F3} s busy, {billed:F3} s billed");
        Assert.True(billed > 0);
        Assert.Equal(1, billed / busy, 0.01);
    }
}
