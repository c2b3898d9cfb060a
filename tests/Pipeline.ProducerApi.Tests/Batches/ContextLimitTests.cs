using System.Text.Json;
using Npgsql;
using Pipeline.Data.Claims;
using Pipeline.ProducerApi.Tests.Support;

namespace Pipeline.ProducerApi.Tests.Batches;

/// <summary>Lines that are too long for their model, where the API knows the model: a token is a byte, the context 1000.</summary>
public sealed class ContextLimitTests(ApiFixture fixture) : IClassFixture<ApiFixture>
{
    private const string Answer = """{"object":"chat.completion","choices":[]}""";

    [Fact]
    public async Task A_line_that_is_too_long_is_answered_at_validation_and_the_others_run()
    {
        ApiClient api = await PlannedAsync();
        JsonElement batch = await api.SubmitAsync($"{api.Line("short")}\n{api.Line("long", new string('x', 2000))}\n{api.Line("fine")}");
        string id = batch.Text("id");
        Assert.Equal("in_progress", batch.Text("status"));
        Assert.Equal("""{"total":3,"completed":0,"failed":1}""", batch.Raw("request_counts"));
        JsonElement early = Assert.Single((await api.GetAsync($"v1/batches/{id}/results")).GetProperty("data").EnumerateArray());
        Assert.Equal("long", early.Text("custom_id"));

        StandInWorker worker = fixture.NewWorker();
        List<ClaimedJob> jobs = await worker.ClaimAsync(id);
        Assert.Equal(2, jobs.Count);
        await worker.AnswerAsync(jobs, _ => (200, Answer));
        JsonElement ended = await api.WaitAsync(id, "completed");
        JsonElement line = Assert.Single(await api.LinesOfAsync(ended.Text("error_file_id")));
        Assert.Equal(("long", 400), (line.Text("custom_id"), line.GetProperty("response").GetProperty("status_code").GetInt32()));
        Assert.StartsWith("req_", line.GetProperty("response").Text("request_id"), StringComparison.Ordinal);
        JsonElement error = line.GetProperty("response").GetProperty("body").GetProperty("error");
        Assert.Equal(("invalid_request_error", "messages", "context_length_exceeded"), (error.Text("type"), error.Text("param"), error.Text("code")));
        // user: + 2000 + a line end + assistant:
        Assert.Equal(
            "This model's maximum context length is 1000 tokens. However, your messages resulted in 2016 tokens, which leaves no room for an answer. Please reduce the length of the messages or completion.",
            error.Text("message"));
        Assert.Equal(2, (await api.GetAsync($"v1/batches/{id}/cost")).GetProperty("attempts").GetInt32());
    }

    [Theory]
    [InlineData(984, false)]
    [InlineData(985, true)]
    public async Task The_completion_that_is_asked_for_counts(int maxTokens, bool refused)
    {
        ApiClient api = await PlannedAsync();
        // user: + a line end + assistant: are 16 tokens.
        string body = JsonSerializer.Serialize(new { model = api.Model, max_tokens = maxTokens, messages = new[] { new { role = "user", content = "" } } });
        JsonElement batch = await api.SubmitAsync($$"""{"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":{{body}}}""");
        Assert.Equal(refused ? 1 : 0, batch.GetProperty("request_counts").GetProperty("failed").GetInt32());
    }

    [Fact]
    public async Task A_text_to_embed_that_is_too_long_is_answered_at_validation_with_its_tokens_unless_it_may_be_cut()
    {
        ApiClient api = await PlannedAsync();
        string Line(string id, object input, int? truncate = null) => JsonSerializer.Serialize(new
        {
            custom_id = id, method = "POST", url = "/v1/embeddings", body = new { model = api.Model, input, truncate_prompt_tokens = truncate },
        });
        string text = new('x', 1200);
        JsonElement batch = await api.SubmitAsync(
            string.Join('\n', Line("long", new[] { "fine", text }), Line("cut", text, 500), Line("fine", "short")), endpoint: "/v1/embeddings");
        Assert.Equal("""{"total":3,"completed":0,"failed":1}""", batch.Raw("request_counts"));
        JsonElement early = Assert.Single((await api.GetAsync($"v1/batches/{batch.Text("id")}/results")).GetProperty("data").EnumerateArray());
        Assert.Equal("long", early.Text("custom_id"));
        JsonElement error = early.GetProperty("response").GetProperty("body").GetProperty("error");
        Assert.Equal(("input[1]", "context_length_exceeded"), (error.Text("param"), error.Text("code")));
        Assert.StartsWith("This model's maximum context length is 1000 tokens, but 'input[1]' has 1200 tokens.", error.Text("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_batch_of_which_every_line_is_too_long_is_completed_without_a_worker()
    {
        ApiClient api = await PlannedAsync();
        JsonElement created = await api.SubmitAsync(string.Concat(Enumerable.Range(1, 70).Select(i => api.Line($"r{i}", new string('x', 1500)) + "\n")));
        JsonElement batch = await api.WaitAsync(created.Text("id"), "completed");
        Assert.Equal("""{"total":70,"completed":0,"failed":70}""", batch.Raw("request_counts"));
        Assert.Equal("null", batch.Raw("output_file_id"));
        Assert.Equal(70, (await api.LinesOfAsync(batch.Text("error_file_id"))).Length);
        Assert.Equal(0, await OpenSlicesAsync(batch.Text("id")));
    }

    [Fact]
    public async Task Where_the_model_is_not_known_the_worker_says_it()
    {
        ApiClient api = fixture.Require();
        JsonElement batch = await api.SubmitAsync(api.Line("long", new string('x', 2000)));
        Assert.Equal("""{"total":1,"completed":0,"failed":0}""", batch.Raw("request_counts"));
    }

    private async Task<long> OpenSlicesAsync(string batchId)
    {
        await using NpgsqlCommand command = fixture.Database.DataSource.CreateCommand("SELECT count(*) FROM slices WHERE batch_id = $1 AND state <> 3");
        command.Parameters.Add(new() { Value = batchId });
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private async Task<ApiClient> PlannedAsync()
    {
        fixture.Require();
        return await fixture.NewTenantAsync(fixture.PlannedModel);
    }
}
