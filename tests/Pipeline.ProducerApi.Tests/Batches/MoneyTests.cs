using System.Net;
using System.Text.Json;
using Pipeline.Data.Budgets;
using Pipeline.ProducerApi.Tests.Support;
using Pipeline.Testing;

namespace Pipeline.ProducerApi.Tests.Batches;

public sealed class MoneyTests(ApiFixture fixture) : IClassFixture<ApiFixture>
{
    // Of the fixture's list: a token in, cached and out.
    private const decimal In = 2e-6m, Cached = 0.5e-6m, Out = 10e-6m;

    [Fact]
    public async Task A_batch_knows_what_it_will_cost_once_it_is_validated()
    {
        ApiClient api = await PlannedAsync();
        // "user:" + 100 + " 0" + "\nassistant:" is 118 tokens of a byte; the first 105 are shared: 6 full blocks.
        string id = (await api.SubmitAsync(Lines(api, 3, 20, new string('a', 100)))).Text("id");
        JsonElement estimate = (await api.GetAsync($"v1/batches/{id}/cost")).GetProperty("estimate");
        Assert.Equal((3, 354, true, 192), (Int(estimate, "requests"), Int(estimate, "prompt_tokens"), estimate.GetProperty("prompt_tokens_counted").GetBoolean(), Int(estimate, "cached_tokens")));
        Assert.Equal((60, 60), (Int(estimate, "expected_output_tokens"), Int(estimate, "output_tokens_at_most")));
        Assert.Equal((162 * In) + (192 * Cached) + (60 * Out), Money(estimate, "expected_cost"));
        Assert.Equal((354 * In) + (60 * Out), Money(estimate, "cost_at_most"));
        Assert.Equal(("USD", "listed"), (estimate.Text("currency"), estimate.GetProperty("price").Text("basis")));
    }

    [Fact]
    public async Task Answers_are_expected_to_be_as_long_as_the_tenants_last_ones_were_and_no_longer_than_they_may_be()
    {
        ApiClient api = await PlannedAsync();
        string first = (await api.SubmitAsync(Lines(api, 4, 100))).Text("id");
        await new StandInWorker(fixture.Database.DataSource, api.Model).AnswerAllAsync(first, _ => (200, "{}"));
        // The stand-in's answers have 5 tokens.
        string lines = $"{Line(api, "long", 100)}\n{Line(api, "short", 3)}\n";
        Assert.Equal(8, Int(await EstimateAsync(api, lines), "expected_output_tokens"));
        ApiClient other = await PlannedAsync();
        Assert.Equal(103, Int(await EstimateAsync(other, lines), "expected_output_tokens"));
    }

    [Fact]
    public async Task Without_a_limit_an_answer_may_be_as_long_as_the_context_leaves_room_for()
    {
        ApiClient api = await PlannedAsync();
        JsonElement estimate = await EstimateAsync(api, api.Line("a", new string('x', 82)) + "\n");
        Assert.Equal((98, ApiFixture.PlannedContext - 98), (Int(estimate, "prompt_tokens"), Int(estimate, "output_tokens_at_most")));
    }

    [Fact]
    public async Task Without_the_models_tokenizer_prompts_are_guessed_by_their_bytes_and_what_nothing_bounds_is_null()
    {
        ApiClient api = fixture.Require();
        JsonElement estimate = await EstimateAsync(api, api.Line("a") + "\n");
        Assert.False(estimate.GetProperty("prompt_tokens_counted").GetBoolean());
        Assert.InRange(Int(estimate, "prompt_tokens"), 10, 60);
        Assert.Equal(("null", "null", "null", "null"), (estimate.Raw("output_tokens_at_most"), estimate.Raw("expected_cost"), estimate.Raw("cost_at_most"), estimate.Raw("cached_tokens")));
        string line = Line(api, "a", 7).Replace("\"max_tokens\":7", "\"max_completion_tokens\":7,\"n\":3", StringComparison.Ordinal);
        Assert.Equal(21, Int(await EstimateAsync(api, line + "\n"), "output_tokens_at_most"));
    }

    [Fact]
    public async Task A_model_without_a_price_is_an_error_of_validation_and_never_free()
    {
        fixture.Require();
        ApiClient api = await fixture.NewTenantAsync(fixture.UnpricedModel);
        JsonElement batch = await api.SubmitAsync($"{api.Line("a")}\nno json\n{api.Line("b")}\n");
        Assert.Equal("failed", batch.Text("status"));
        Assert.Equal([(1, "model_not_priced", "body.model"), (2, "invalid_json_line", null)], batch.Errors());
        using HttpResponseMessage job = await api.PostAsync("v1/jobs", new { endpoint = ApiClient.Chat, body = Body(api) });
        Assert.Equal("model_not_priced", (await ApiClient.ErrorAsync(job, HttpStatusCode.BadRequest)).Text("code"));
    }

    [Fact]
    public async Task A_model_whose_jobs_have_run_is_priced_by_what_they_took_of_the_device()
    {
        fixture.Require();
        ApiClient api = await fixture.NewTenantAsync(fixture.UnpricedModel);
        try
        {
            await fixture.Database.ExecuteAsync(
                "INSERT INTO model_rates VALUES ($1, 0.001, 0.0001, 0.01, 100, now() + interval '1 hour')", api.Model);
            JsonElement estimate = await EstimateAsync(api, Line(api, "a", 10) + "\n");
            Assert.Equal("measured", estimate.GetProperty("price").Text("basis"));
            // A device-second costs 1.
            Assert.Equal((Int(estimate, "prompt_tokens") * 0.001m) + 0.1m, Money(estimate, "expected_cost"));
        }
        finally
        {
            await fixture.Database.ExecuteAsync("DELETE FROM model_rates");
        }
    }

    [Theory]
    [InlineData("\"5\"", "invalid_type")]
    [InlineData("0", "invalid_value")]
    [InlineData("-1", "invalid_value")]
    [InlineData("0.0000000000001", "invalid_value")]
    [InlineData("1e20", "invalid_value")]
    public async Task A_cap_that_is_no_amount_is_refused_by_name(string cap, string code)
    {
        ApiClient api = fixture.Require();
        using StringContent body = new($$"""{"input_file_id":"file-1","endpoint":"{{ApiClient.Chat}}","completion_window":"24h","max_cost":{{cap}}}""");
        using HttpResponseMessage response = await api.Http.PostAsync("v1/batches", body);
        JsonElement error = await ApiClient.ErrorAsync(response, HttpStatusCode.BadRequest);
        Assert.Equal(("max_cost", code), (error.Text("param"), error.Text("code")));
    }

    [Fact]
    public async Task Under_a_cap_every_answer_must_have_a_bound()
    {
        ApiClient api = fixture.Require();
        JsonElement batch = await CappedAsync(api, $"{Line(api, "a", 5)}\n{api.Line("b")}\n", 1);
        Assert.Equal("failed", batch.Text("status"));
        Assert.Equal([(2, "max_tokens_required", "body.max_tokens")], batch.Errors());
    }

    [Fact]
    public async Task A_cap_stops_a_batch_with_what_is_done_kept_and_a_retry_under_a_higher_one_runs_the_rest()
    {
        ApiClient api = await PlannedAsync();
        // A line is quoted 16 + 1 + 100 tokens: 1034 millionths. The stand-in's answers are billed by what they took, at most by the quote.
        decimal quote = (17 * In) + (100 * Out);
        JsonElement batch = await CappedAsync(api, Lines(api, 10, 100, length: 1), 4.5m * quote);
        string id = batch.Text("id");
        Assert.Equal(4.5m * quote, batch.GetProperty("max_cost").GetDecimal());
        StandInWorker worker = new(fixture.Database.DataSource, api.Model);
        await worker.AnswerAllAsync(id, _ => (200, "{}"));
        batch = await api.WaitAsync(id, "completed");
        JsonElement counts = batch.GetProperty("request_counts");
        Assert.Equal((10, 4, 6), (Int(counts, "total"), Int(counts, "completed"), Int(counts, "failed")));
        Assert.Equal(4, (await api.LinesOfAsync(batch.Text("output_file_id"))).Length);
        JsonElement[] errors = await api.LinesOfAsync(batch.Text("error_file_id"));
        Assert.Equal(6, errors.Length);
        Assert.All(errors, line => Assert.Equal(("null", BudgetEnding.MaxCostExceeded), (line.Raw("response"), line.GetProperty("error").Text("code"))));
        JsonElement cost = await api.GetAsync($"v1/batches/{id}/cost");
        Assert.Equal((4 * quote, 4.5m * quote), (Money(cost, "cost"), Money(cost, "max_cost")));

        using (HttpResponseMessage retry = await api.PostAsync($"v1/batches/{id}/retry", new { max_cost = 20 * quote }))
        {
            Assert.Equal("in_progress", (await ApiClient.OkAsync(retry)).Text("status"));
        }

        await worker.AnswerAllAsync(id, _ => (200, "{}"));
        batch = await api.WaitAsync(id, "completed");
        Assert.Equal((10, 0), (Int(batch.GetProperty("request_counts"), "completed"), Int(batch.GetProperty("request_counts"), "failed")));
        Assert.Equal(10, (await api.LinesOfAsync(batch.Text("output_file_id"))).Length);
        Assert.Equal(10 * quote, Money(await api.GetAsync($"v1/batches/{id}/cost"), "cost"));
    }

    [Fact]
    public async Task A_batch_without_a_cap_is_OpenAIs_object_and_nothing_more()
    {
        ApiClient api = fixture.Require();
        JsonElement batch = await api.SubmitAsync(api.Lines(1));
        Assert.False(batch.TryGetProperty("max_cost", out _));
        Assert.False(batch.TryGetProperty("estimate", out _));
    }

    [Fact]
    public async Task A_tenants_month_caps_its_single_jobs_too()
    {
        ApiClient api = await PlannedAsync();
        await fixture.Database.ExecuteAsync("UPDATE tenants SET max_monthly_cost = 0.000001 WHERE id = $1", api.TenantId);
        string id;
        using (HttpResponseMessage response = await api.PostAsync("v1/jobs", new { endpoint = ApiClient.Chat, body = Body(api) }))
        {
            id = (await ApiClient.OkAsync(response)).Text("id");
        }

        JsonElement job = await api.GetAsync($"v1/jobs/{id}/wait?timeout_seconds=20");
        Assert.Equal(("failed", BudgetEnding.MonthlyCostExceeded), (job.Text("status"), job.GetProperty("error").Text("code")));
    }

    private static object Body(ApiClient api) => new { model = api.Model, max_tokens = 5, messages = new[] { new { role = "user", content = "x" } } };

    private static int Int(JsonElement element, string name) => element.GetProperty(name).GetInt32();

    private static decimal Money(JsonElement element, string name) => element.GetProperty(name).GetDecimal();

    private static string Line(ApiClient api, string id, int maxTokens, string content = "hello") =>
        api.Line(id, content).Replace("\"messages\"", $"\"max_tokens\":{maxTokens},\"messages\"", StringComparison.Ordinal);

    /// <summary>Lines that begin alike, or of just so many characters.</summary>
    private static string Lines(ApiClient api, int count, int maxTokens, string start = "hello", int? length = null) =>
        string.Concat(Enumerable.Range(0, count).Select(i => Line(api, $"{i}", maxTokens, length is { } chars ? new string('x', chars) : $"{start} {i}") + "\n"));

    private static async Task<JsonElement> EstimateAsync(ApiClient api, string lines)
    {
        string id = (await api.SubmitAsync(lines)).Text("id");
        return (await api.GetAsync($"v1/batches/{id}/cost")).GetProperty("estimate");
    }

    private static async Task<JsonElement> CappedAsync(ApiClient api, string lines, decimal maxCost)
    {
        string file = await api.UploadAsync(lines);
        using HttpResponseMessage response = await api.PostAsync(
            "v1/batches", new { input_file_id = file, endpoint = ApiClient.Chat, completion_window = "24h", max_cost = maxCost });
        return await api.WaitAsync((await ApiClient.OkAsync(response)).Text("id"), status => status != "validating");
    }

    private async Task<ApiClient> PlannedAsync()
    {
        fixture.Require();
        return await fixture.NewTenantAsync(fixture.PlannedModel);
    }
}
