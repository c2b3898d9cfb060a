using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Pipeline.ProducerApi.Tests.Support;

namespace Pipeline.ProducerApi.Tests.Contract;

/// <summary>OpenAI's contract for <c>POST /v1/batches</c>, a test for each of its sentences.</summary>
public sealed class CreateContractTests(ApiFixture fixture) : IClassFixture<ApiFixture>
{
    private static readonly string[] Keys =
    [
        "id", "object", "endpoint", "model", "errors", "input_file_id", "completion_window", "status", "output_file_id", "error_file_id",
        "created_at", "in_progress_at", "expires_at", "finalizing_at", "completed_at", "failed_at", "expired_at", "cancelling_at",
        "cancelled_at", "request_counts", "usage", "metadata",
    ];

    [Fact]
    public async Task A_create_answers_200_with_every_key()
    {
        ApiClient api = fixture.Require();
        string file = await api.UploadAsync(api.Lines(1));
        using HttpResponseMessage response = await api.PostAsync(
            "v1/batches", new { input_file_id = file, endpoint = ApiClient.Chat, completion_window = "24h", metadata = new { project = "x" } });
        JsonElement batch = await ApiClient.OkAsync(response);
        Assert.Equal(Keys.Order(), batch.EnumerateObject().Select(p => p.Name).Order());
        Assert.Matches("^batch_[0-9a-f]{32}$", batch.Text("id"));
        Assert.Equal("batch", batch.Text("object"));
        Assert.Equal("validating", batch.Text("status"));
        Assert.Equal(file, batch.Text("input_file_id"));
        Assert.Equal(86_400, batch.GetProperty("expires_at").GetInt64() - batch.GetProperty("created_at").GetInt64());
        Assert.Equal("""{"total":0,"completed":0,"failed":0}""", batch.Raw("request_counts"));
        Assert.Equal(
            """{"input_tokens":0,"output_tokens":0,"total_tokens":0,"input_tokens_details":{"cached_tokens":0},"output_tokens_details":{"reasoning_tokens":0}}""",
            batch.Raw("usage"));
        Assert.Equal("""{"project":"x"}""", batch.Raw("metadata"));
        foreach (string key in Keys.Where(k => k.EndsWith("_at", StringComparison.Ordinal) && k is not ("created_at" or "expires_at")))
        {
            Assert.Equal("null", batch.Raw(key));
        }
    }

    [Fact]
    public async Task Metadata_may_be_null()
    {
        ApiClient api = fixture.Require();
        Assert.Equal("null", (await api.CreateAsync(await api.UploadAsync(api.Lines(1)))).Raw("metadata"));
    }

    [Theory]
    [InlineData("/v1/responses")]
    [InlineData("/v1/chat/completions")]
    [InlineData("/v1/embeddings")]
    [InlineData("/v1/completions")]
    [InlineData("/v1/moderations")]
    [InlineData("/v1/images/generations")]
    [InlineData("/v1/images/edits")]
    [InlineData("/v1/videos")]
    public async Task Every_endpoint_of_OpenAI_can_be_named(string endpoint)
    {
        ApiClient api = fixture.Require();
        Assert.Equal(endpoint, (await api.CreateAsync("file-x", endpoint)).Text("endpoint"));
    }

    [Fact]
    public async Task A_bad_endpoint_is_refused_at_once_with_the_supported_values_as_invalid_value()
    {
        JsonElement error = await RefusedAsync("""{"input_file_id":"file-x","endpoint":"/v1/x","completion_window":"24h"}""");
        Assert.StartsWith("Invalid value: '/v1/x'. Supported values are: '/v1/responses', '/v1/chat/completions'", error.Text("message"), StringComparison.Ordinal);
        Assert.Equal(("invalid_request_error", "endpoint", "invalid_value"), (error.Text("type"), error.Text("param"), error.Text("code")));
    }

    [Theory]
    [InlineData("0h")]
    [InlineData("31d")]
    [InlineData("721h")]
    [InlineData("24")]
    [InlineData("h")]
    [InlineData("1.5h")]
    [InlineData("-1h")]
    [InlineData("+1h")]
    [InlineData("90m")]
    [InlineData("99999999999h")]
    [InlineData("")]
    [InlineData("24H")]
    [InlineData("soon")]
    public async Task A_bad_window_is_refused_at_once_by_a_message_that_names_completion_window(string window)
    {
        JsonElement error = await RefusedAsync($$"""{"input_file_id":"file-x","endpoint":"/v1/chat/completions","completion_window":"{{window}}"}""");
        Assert.Contains("completion_window", error.Text("message"), StringComparison.Ordinal);
        Assert.Equal("completion_window", error.Text("param"));
    }

    [Theory]
    [InlineData("""{"tags":["a"]}""", "metadata.tags", "invalid_type")]
    [InlineData("""{"n":1}""", "metadata.n", "invalid_type")]
    [InlineData("""{"b":true}""", "metadata.b", "invalid_type")]
    [InlineData("""{"x":null}""", "metadata.x", "invalid_type")]
    [InlineData("""{"x":"\u0000"}""", "metadata.x", "invalid_value")]
    [InlineData("""{"x":"\udc00"}""", "metadata.x", "invalid_value")]
    [InlineData("""{"\u0000":"x"}""", "metadata", "invalid_value")]
    [InlineData("[]", "metadata", "invalid_type")]
    [InlineData("\"text\"", "metadata", "invalid_type")]
    public async Task Metadata_that_is_not_text_is_refused_at_once_as_invalid_type_by_its_path(string metadata, string param, string code)
    {
        JsonElement error = await RefusedAsync(With("metadata", metadata));
        Assert.Equal((param, code), (error.Text("param"), error.Text("code")));
    }

    [Fact]
    public async Task Metadata_has_16_pairs_of_64_and_512_characters_at_most()
    {
        ApiClient api = fixture.Require();
        string Pairs(int count, int key, int value) => JsonSerializer.Serialize(
            Enumerable.Range(0, count).ToDictionary(i => i.ToString("d2").PadRight(key, 'k'), _ => new string('v', value)));

        using HttpResponseMessage fits = await api.Http.PostAsync("v1/batches", Json(With("metadata", Pairs(16, 64, 512))));
        Assert.Equal(16, (await ApiClient.OkAsync(fits)).GetProperty("metadata").EnumerateObject().Count());
        Assert.Equal("object_above_max_properties", (await RefusedAsync(With("metadata", Pairs(17, 2, 1)))).Text("code"));
        Assert.Equal("string_above_max_length", (await RefusedAsync(With("metadata", Pairs(1, 65, 1)))).Text("code"));
        Assert.Equal("string_above_max_length", (await RefusedAsync(With("metadata", Pairs(1, 2, 513)))).Text("code"));
    }

    [Theory]
    [InlineData("input_file_id")]
    [InlineData("endpoint")]
    [InlineData("completion_window")]
    public async Task What_is_required_must_be_there_and_be_text(string name)
    {
        Dictionary<string, object?> body = new() { ["input_file_id"] = "file-x", ["endpoint"] = ApiClient.Chat, ["completion_window"] = "24h" };
        body.Remove(name);
        JsonElement missing = await RefusedAsync(JsonSerializer.Serialize(body));
        Assert.Equal((name, "missing_required_parameter"), (missing.Text("param"), missing.Text("code")));
        Assert.Equal($"Missing required parameter: '{name}'.", missing.Text("message"));
        body[name] = null;
        Assert.Equal("missing_required_parameter", (await RefusedAsync(JsonSerializer.Serialize(body))).Text("code"));
        body[name] = 24;
        JsonElement number = await RefusedAsync(JsonSerializer.Serialize(body));
        Assert.Equal((name, "invalid_type"), (number.Text("param"), number.Text("code")));
    }

    [Fact]
    public async Task Every_key_is_there_at_every_status_and_the_model_once_it_is_known()
    {
        ApiClient api = fixture.Require();
        JsonElement created = await api.CreateAsync(await api.UploadAsync(api.Lines(1)));
        Assert.Equal("null", created.Raw("model"));
        JsonElement running = await api.WaitAsync(created.Text("id"), "in_progress");
        Assert.Equal(api.Model, running.Text("model"));
        await fixture.NewWorker().AnswerAllAsync(created.Text("id"), _ => (200, "{}"));
        JsonElement failed = await api.SubmitAsync("{}");
        foreach (JsonElement batch in new[] { running, await api.WaitAsync(created.Text("id"), "completed"), failed })
        {
            Assert.Equal(Keys.Order(), batch.EnumerateObject().Select(p => p.Name).Order());
        }
    }

    [Fact]
    public async Task What_is_wrong_with_the_content_of_a_file_is_told_later_not_by_the_create()
    {
        ApiClient api = fixture.Require();
        JsonElement created = await api.CreateAsync(await api.UploadAsync("{}"));
        Assert.Equal(("validating", "null"), (created.Text("status"), created.Raw("errors")));
        JsonElement failed = await api.WaitAsync(created.Text("id"), "failed");
        Assert.Equal("list", failed.GetProperty("errors").Text("object"));
        Assert.NotEqual("null", failed.Raw("failed_at"));
    }

    [Fact]
    public async Task An_idempotency_key_makes_one_batch_of_a_create_that_is_sent_twice()
    {
        ApiClient api = fixture.Require();
        string file = await api.UploadAsync(api.Lines(1));
        string key = Guid.NewGuid().ToString();
        List<string> ids = [];
        for (int i = 0; i < 2; i++)
        {
            using HttpRequestMessage request = new(HttpMethod.Post, "v1/batches")
            {
                Content = JsonContent.Create(new { input_file_id = file, endpoint = ApiClient.Chat, completion_window = "24h" }),
                Headers = { { "Idempotency-Key", key } },
            };
            using HttpResponseMessage response = await api.Http.SendAsync(request);
            ids.Add((await ApiClient.OkAsync(response)).Text("id"));
        }

        Assert.Equal(ids[0], ids[1]);
    }

    private static string With(string name, string value) =>
        $$"""{"input_file_id":"file-x","endpoint":"/v1/chat/completions","completion_window":"24h","{{name}}":{{value}}}""";

    private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");

    private async Task<JsonElement> RefusedAsync(string body)
    {
        using HttpResponseMessage response = await fixture.Require().Http.PostAsync("v1/batches", Json(body));
        return await ApiClient.ErrorAsync(response, HttpStatusCode.BadRequest);
    }
}
