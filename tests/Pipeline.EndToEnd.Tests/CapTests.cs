using System.Net.Http.Json;
using System.Text.Json;
using Pipeline.EndToEnd.Tests.Support;
using Pipeline.Testing;

namespace Pipeline.EndToEnd.Tests;

/// <summary>A batch with a cap through API, queue and workers, one of which is killed.</summary>
public sealed class CapTests(ITestOutputHelper output)
{
    private const int Jobs = 300;
    private const decimal Cap = 3;

    // A device-second costs 1. A line is quoted twice 6 tokens at 100 a second; it takes about 20 ms, whatever it was quoted.
    private const decimal Quote = 0.13m;

    [Fact]
    public async Task A_batch_stops_at_its_cap_whoever_dies_and_goes_on_from_there_under_a_higher_one()
    {
        await using RunningStack stack = await RunningStack.StartAsync(
            ("Pipeline:Pricing:DeviceHour", "3600"), ("Pipeline:Pricing:AssumedPromptTokensPerSecond", "1000000"), ("Pipeline:Worker:Echo:DelayMilliseconds", "20"));
        using HttpClient client = stack.Client();
        ServiceProcess victim = await stack.StartWorker().ReadyAsync();
        await stack.StartWorker().ReadyAsync();
        string id = await client.SubmitAsync(stack.Model, Enumerable.Range(1, Jobs).Select(i => $"word {i}"), maxCost: Cap);
        await Eventually.HoldsAsync(
            async () => await stack.NumberAsync("SELECT count(*) FROM jobs j JOIN workers w ON w.id = j.worker_id WHERE j.batch_id = $1 AND j.state = 1 AND w.process_id = $2", id, victim.Id) > 0,
            TimeSpan.FromSeconds(60));
        await victim.KillAsync();
        JsonElement batch = await client.EndOfBatchAsync(id, TimeSpan.FromSeconds(120));

        JsonElement counts = batch.GetProperty("request_counts");
        (int completed, int failed) = (counts.GetProperty("completed").GetInt32(), counts.GetProperty("failed").GetInt32());
        decimal cost = await CostAsync(client, id);
        output.WriteLine($"{completed} completed for {cost}, {failed} left out");
        Assert.Equal(("completed", Jobs), (batch.GetProperty("status").GetString(), completed + failed));
        Assert.InRange(cost, Cap - Quote, Cap);
        Assert.Equal((double)cost, await stack.NumberAsync("SELECT cost FROM batches WHERE id = $1", id));
        Assert.Equal(completed, (await client.LinesAsync(batch, "output_file_id")).Count);
        Assert.All(await client.LinesAsync(batch, "error_file_id"), line => Assert.Equal("max_cost_exceeded", line.GetProperty("error").GetProperty("code").GetString()));
        Assert.Equal(failed, (await client.LinesAsync(batch, "error_file_id")).Count);

        using HttpResponseMessage retry = await client.PostAsJsonAsync($"/v1/batches/{id}/retry", new { max_cost = 100 });
        Assert.True(retry.IsSuccessStatusCode, await retry.Content.ReadAsStringAsync());
        batch = await client.EndOfBatchAsync(id, TimeSpan.FromSeconds(120));
        Assert.Equal(Jobs, batch.GetProperty("request_counts").GetProperty("completed").GetInt32());
        Assert.Equal(Jobs, (await client.LinesAsync(batch, "output_file_id")).Count);
        Assert.Equal(Jobs, await stack.NumberAsync("SELECT count(*) FROM job_costs WHERE batch_id = $1 AND outcome = 'completed'", id));
        Assert.Equal((double)await CostAsync(client, id), await stack.NumberAsync("SELECT sum(spent) FROM tenant_months"));
    }

    private static async Task<decimal> CostAsync(HttpClient client, string id) =>
        (await client.GetFromJsonAsync<JsonElement>($"/v1/batches/{id}/cost")).GetProperty("cost").GetDecimal();
}
