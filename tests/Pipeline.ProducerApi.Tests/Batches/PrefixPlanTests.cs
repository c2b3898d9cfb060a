using System.Globalization;
using System.Text.Json;
using Npgsql;
using Pipeline.ProducerApi.Tests.Support;

namespace Pipeline.ProducerApi.Tests.Batches;

public sealed class PrefixPlanTests(ApiFixture fixture) : IClassFixture<ApiFixture>
{
    private static readonly string[] Templates = [new('a', 100), new('b', 60), new('c', 40)];

    [Fact]
    public async Task Jobs_that_share_a_beginning_travel_together_in_the_order_of_first_appearance()
    {
        ApiClient api = await PlannedAsync();
        string content = string.Concat(Enumerable.Range(0, 300).Select(i => api.Line($"{i}", $"{Templates[i * 7 % 3]} {i}") + "\n"));
        JsonElement batch = await api.SubmitAsync(content);
        Assert.Equal("in_progress", batch.Text("status"));
        List<int[]> slices = await SlicesAsync(batch.Text("id"));
        Assert.Equal([64, 64, 64, 64, 44], slices.Select(slice => slice.Length));
        int[] templates = [.. slices.SelectMany(slice => slice.Select(i => i * 7 % 3).GroupBy(t => t).OrderBy(t => Array.IndexOf([0, 1, 2], t.Key)).SelectMany(t => t))];
        Assert.Equal(Enumerable.Repeat(0, 100).Concat(Enumerable.Repeat(1, 100)).Concat(Enumerable.Repeat(2, 100)), templates);
    }

    [Fact]
    public async Task The_files_keep_the_order_of_the_lines()
    {
        ApiClient api = await PlannedAsync();
        string id = (await api.SubmitAsync(Shuffled(api, 150))).Text("id");
        await new StandInWorker(fixture.Database.DataSource, api.Model).AnswerAllAsync(id, job => (200, "{}"));
        JsonElement batch = await api.WaitAsync(id, "completed");
        JsonElement[] lines = await api.LinesOfAsync(batch.Text("output_file_id"));
        Assert.Equal(Enumerable.Range(0, 150).Select(i => $"{i}"), lines.Select(line => line.Text("custom_id")));
    }

    [Fact]
    public async Task The_prediction_stands_beside_what_was_measured()
    {
        ApiClient api = await PlannedAsync();
        // "user:" + 100 + " 0" + "\nassistant:" is 118 tokens of a byte; the first 105 are shared: 6 full blocks.
        string id = (await api.SubmitAsync(string.Concat(Enumerable.Range(0, 3).Select(i => api.Line($"{i}", $"{Templates[0]} {i}") + "\n")))).Text("id");
        JsonElement before = (await api.GetAsync($"v1/batches/{id}/cost")).GetProperty("prefix_cache");
        Assert.Equal((3 * 118, 2 * 96), (before.GetProperty("predicted_prompt_tokens").GetInt32(), before.GetProperty("predicted_cached_tokens").GetInt32()));
        Assert.Equal(192.0 / 354, before.GetProperty("predicted_hit_rate").GetDouble(), 9);
        Assert.Equal((0, "null"), (before.GetProperty("prompt_tokens").GetInt32(), before.Raw("hit_rate")));

        await new StandInWorker(fixture.Database.DataSource, api.Model).AnswerAllAsync(id, job => (200, "{}"));
        await api.WaitAsync(id, "completed");
        JsonElement after = (await api.GetAsync($"v1/batches/{id}/cost")).GetProperty("prefix_cache");
        Assert.Equal((30, 12, 0.4), (after.GetProperty("prompt_tokens").GetInt32(), after.GetProperty("cached_tokens").GetInt32(), after.GetProperty("hit_rate").GetDouble()));
        Assert.Equal(before.Raw("predicted_cached_tokens"), after.Raw("predicted_cached_tokens"));
    }

    [Fact]
    public async Task Requests_that_a_worker_will_refuse_come_last_and_fail_no_validation()
    {
        ApiClient api = await PlannedAsync();
        string refused = api.Line("refused", "x").Replace("\"messages\"", "\"modalities\":[\"audio\"],\"messages\"", StringComparison.Ordinal);
        JsonElement batch = await api.SubmitAsync($"{refused}\n{string.Concat(Enumerable.Range(0, 64).Select(i => api.Line($"{i}", $"{Templates[0]} {i}") + "\n"))}");
        Assert.Equal("in_progress", batch.Text("status"));
        Assert.Equal(65, batch.GetProperty("request_counts").GetProperty("total").GetInt32());
        List<int[]> slices = await SlicesAsync(batch.Text("id"), custom: "refused");
        Assert.Equal([-1], slices[1]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Without_the_models_directory_the_order_of_the_file_stays(bool lost)
    {
        fixture.Require();
        ApiClient api = await fixture.NewTenantAsync(lost ? fixture.LostModel : fixture.Model);
        string id = (await api.SubmitAsync(Shuffled(api, 130))).Text("id");
        Assert.Equal(Enumerable.Range(0, 130), (await SlicesAsync(id)).SelectMany(slice => slice));
        Assert.Equal("null", (await api.GetAsync($"v1/batches/{id}/cost")).Raw("prefix_cache"));
    }

    private static string Shuffled(ApiClient api, int lines) =>
        string.Concat(Enumerable.Range(0, lines).Select(i => api.Line($"{i}", $"{Templates[i * 5 % 3]} {i}") + "\n"));

    private async Task<ApiClient> PlannedAsync()
    {
        fixture.Require();
        return await fixture.NewTenantAsync(fixture.PlannedModel);
    }

    /// <summary>The numbers in the custom ids of each slice's jobs, as a worker claims them; -1 for <paramref name="custom"/>.</summary>
    private async Task<List<int[]>> SlicesAsync(string batchId, string? custom = null)
    {
        List<int[]> slices = [];
        await using NpgsqlCommand command = fixture.Database.DataSource.CreateCommand(
            """
            SELECT array_agg(b.custom_id ORDER BY j.id), max(s.job_count) FROM slices s JOIN jobs j ON j.slice_id = s.id JOIN job_bodies b ON b.job_id = j.id
            WHERE s.batch_id = $1 GROUP BY s.id ORDER BY s.id
            """);
        command.Parameters.Add(new() { Value = batchId });
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            string[] ids = reader.GetFieldValue<string[]>(0);
            Assert.Equal(reader.GetInt32(1), ids.Length);
            slices.Add([.. ids.Select(id => id == custom ? -1 : int.Parse(id, CultureInfo.InvariantCulture))]);
        }

        return slices;
    }
}
