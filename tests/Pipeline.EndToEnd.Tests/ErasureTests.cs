using System.Text.Json;
using Npgsql;
using Pipeline.EndToEnd.Tests.Support;
using Pipeline.Testing;

namespace Pipeline.EndToEnd.Tests;

/// <summary>A tenant's data is deleted by all processes together, one of which is killed on the way.</summary>
public sealed class ErasureTests
{
    [Fact]
    public async Task A_deletion_goes_on_when_the_scheduler_was_killed_in_the_middle_of_it()
    {
        // Jobs of ten minutes: what runs has to be cancelled first.
        await using RunningStack stack = await RunningStack.StartAsync(("Pipeline:Worker:Echo:DelayMilliseconds", "600000"));
        await stack.StartWorker().ReadyAsync();
        using HttpClient client = stack.Client();
        string batch = await client.SubmitAsync(stack.Model, Enumerable.Range(1, 100).Select(i => $"word {i}"));
        await Eventually.HoldsAsync(async () => await stack.NumberAsync("SELECT count(*) FROM jobs WHERE batch_id = $1 AND state = 1", batch) > 0, TimeSpan.FromSeconds(60));

        JsonElement erasure;
        await using (NpgsqlConnection holder = await stack.HoldAsync("LOCK TABLE job_bodies IN SHARE MODE"))
        {
            erasure = await BatchSteps.ReadAsync(await client.DeleteAsync("/v1/tenants/self/data?confirm=default"));
            await stack.WaitsForLockAsync("%DELETE FROM job_bodies%");
            await stack.Scheduler.KillAsync();
        }

        Assert.Equal(100, await stack.NumberAsync("SELECT count(*) FROM jobs"));
        await stack.StartSchedulerAsync();
        string path = $"/v1/tenants/self/erasures/{erasure.GetProperty("id").GetString()}";
        await Eventually.HoldsAsync(
            async () => (await BatchSteps.ReadAsync(await client.GetAsync(path))).GetProperty("status").GetString() == "finished", TimeSpan.FromSeconds(90), "the erasure is finished");
        foreach (string table in (string[])["jobs", "job_bodies", "job_results", "endings", "slices", "batches", "files", "file_chunks"])
        {
            Assert.Equal(0, await stack.NumberAsync($"SELECT count(*) FROM {table}"));
        }

        Assert.NotEqual(0, await stack.NumberAsync("SELECT count(*) FROM job_costs"));
    }
}
