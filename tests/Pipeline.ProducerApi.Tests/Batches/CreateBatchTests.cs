using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Pipeline.ProducerApi.Tests.Support;

namespace Pipeline.ProducerApi.Tests.Batches;

public sealed class CreateBatchTests(ApiFixture fixture) : IClassFixture<ApiFixture>
{
    private static readonly string[] Keys =
    [
        "id", "object", "endpoint", "model", "errors", "input_file_id", "completion_window", "status", "output_file_id", "error_file_id",
        "created_at", "in_progress_at", "expires_at", "finalizing_at", "completed_at", "failed_at", "expired_at", "cancelling_at",
        "cancelled_at", "request_counts", "usage", "metadata",
    ];

    [Fact]
    public async Task A_new_batch_has_every_key()
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
    public async Task A_batch_without_metadata_says_null()
    {
        ApiClient api = fixture.Require();
        Assert.Equal("null", (await api.CreateAsync(await api.UploadAsync(api.Lines(1)))).Raw("metadata"));
    }

    [Fact]
    public async Task An_unknown_endpoint_is_refused_with_the_ones_there_are()
    {
        JsonElement error = await RefusedAsync("""{"input_file_id":"file-x","endpoint":"/v1/x","completion_window":"24h"}""");
        Assert.StartsWith("Invalid value: '/v1/x'. Supported values are: '/v1/responses', '/v1/chat/completions'", error.Text("message"), StringComparison.Ordinal);
        Assert.Equal(("invalid_request_error", "endpoint", "invalid_value"), (error.Text("type"), error.Text("param"), error.Text("code")));
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

    [Theory]
    [InlineData("1h", 3_600)]
    [InlineData("24h", 86_400)]
    [InlineData("48h", 172_800)]
    [InlineData("7d", 604_800)]
    [InlineData("720h", 2_592_000)]
    [InlineData("30d", 2_592_000)]
    public async Task A_window_is_any_number_of_hours_or_days_up_to_a_month(string window, long seconds)
    {
        ApiClient api = fixture.Require();
        using HttpResponseMessage response = await api.PostAsync("v1/batches", new { input_file_id = "file-x", endpoint = ApiClient.Chat, completion_window = window });
        JsonElement batch = await ApiClient.OkAsync(response);
        Assert.Equal(window, batch.Text("completion_window"));
        Assert.Equal(seconds, batch.GetProperty("expires_at").GetInt64() - batch.GetProperty("created_at").GetInt64());
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
    public async Task A_window_that_is_none_is_refused_by_its_name(string window)
    {
        JsonElement error = await RefusedAsync($$"""{"input_file_id":"file-x","endpoint":"/v1/chat/completions","completion_window":"{{window}}"}""");
        Assert.Contains("completion_window", error.Text("message"), StringComparison.Ordinal);
        Assert.Equal("completion_window", error.Text("param"));
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
    public async Task Metadata_that_is_not_text_is_refused(string metadata, string param, string code)
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
    [InlineData("""{"seconds":3600}""", "output_expires_after.anchor")]
    [InlineData("""{"anchor":"now","seconds":3600}""", "output_expires_after.anchor")]
    [InlineData("""{"anchor":"created_at"}""", "output_expires_after.seconds")]
    [InlineData("""{"anchor":"created_at","seconds":3599}""", "output_expires_after.seconds")]
    [InlineData("""{"anchor":"created_at","seconds":2592001}""", "output_expires_after.seconds")]
    [InlineData("""{"anchor":"created_at","seconds":3600.5}""", "output_expires_after.seconds")]
    [InlineData("""{"anchor":"created_at","seconds":"3600"}""", "output_expires_after.seconds")]
    [InlineData("3600", "output_expires_after")]
    public async Task An_impossible_expiry_of_the_output_is_refused(string expiry, string param) =>
        Assert.Equal(param, (await RefusedAsync(With("output_expires_after", expiry))).Text("param"));

    [Fact]
    public async Task A_body_of_another_content_type_is_read_all_the_same()
    {
        ApiClient api = fixture.Require();
        using HttpResponseMessage response = await api.Http.PostAsync("v1/batches", new StringContent(With("metadata", "{}"), Encoding.UTF8, "text/plain"));
        Assert.Equal("batch", (await ApiClient.OkAsync(response)).Text("object"));
    }

    [Fact]
    public async Task A_body_over_a_megabyte_is_refused()
    {
        ApiClient api = fixture.Require();
        using HttpResponseMessage response = await api.Http.PostAsync("v1/batches", JsonContent.Create(new { input_file_id = new string('x', 2 << 20) }));
        await ApiClient.ErrorAsync(response, HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task Batches_are_listed_page_by_page_newest_first()
    {
        fixture.Require();
        ApiClient api = await fixture.NewTenantAsync();
        List<string> created = [];
        for (int i = 0; i < 5; i++)
        {
            created.Add((await api.CreateAsync("file-x")).Text("id"));
        }

        List<string> listed = [];
        string after = "";
        bool more = true;
        while (more)
        {
            JsonElement page = await api.GetAsync("v1/batches?limit=2" + after);
            Assert.Equal("list", page.Text("object"));
            string[] ids = [.. page.GetProperty("data").EnumerateArray().Select(batch => batch.Text("id"))];
            Assert.Equal((ids[0], ids[^1]), (page.Text("first_id"), page.Text("last_id")));
            listed.AddRange(ids);
            after = "&after=" + ids[^1];
            more = page.GetProperty("has_more").GetBoolean();
        }

        Assert.Equal(Enumerable.Reverse(created), listed);
        JsonElement past = await api.GetAsync("v1/batches?after=" + created[0]);
        Assert.Equal("""{"object":"list","data":[],"first_id":null,"last_id":null,"has_more":false}""", past.GetRawText());
    }

    [Fact]
    public async Task A_page_has_20_batches_unless_asked_otherwise_and_100_at_most()
    {
        fixture.Require();
        ApiClient api = await fixture.NewTenantAsync();
        for (int i = 0; i < 21; i++)
        {
            await api.CreateAsync("file-x");
        }

        JsonElement page = await api.GetAsync("v1/batches");
        Assert.Equal((20, true), (page.GetProperty("data").GetArrayLength(), page.GetProperty("has_more").GetBoolean()));
        Assert.Equal(21, (await api.GetAsync("v1/batches?limit=100")).GetProperty("data").GetArrayLength());
        using HttpResponseMessage tooMany = await api.Http.GetAsync("v1/batches?limit=101");
        Assert.Equal("limit", (await ApiClient.ErrorAsync(tooMany, HttpStatusCode.BadRequest)).Text("param"));
    }

    [Fact]
    public async Task A_batch_that_is_not_there_is_named()
    {
        ApiClient api = fixture.Require();
        foreach (string path in new[] { "batch_x", "batch_x/results", "batch_x/events" })
        {
            using HttpResponseMessage response = await api.Http.GetAsync("v1/batches/" + path);
            JsonElement error = await ApiClient.ErrorAsync(response, HttpStatusCode.NotFound);
            Assert.Equal(("No batch found with id 'batch_x'.", "invalid_request_error"), (error.Text("message"), error.Text("type")));
        }
    }

    [Fact]
    public async Task No_tenant_sees_the_batches_or_the_files_of_another()
    {
        ApiClient api = fixture.Require();
        string file = await api.UploadAsync(api.Lines(1));
        string batch = (await api.CreateAsync(file)).Text("id");
        ApiClient other = await fixture.NewTenantAsync();
        Assert.Equal("[]", (await other.GetAsync("v1/batches")).Raw("data"));
        using HttpResponseMessage get = await other.Http.GetAsync("v1/batches/" + batch);
        await ApiClient.ErrorAsync(get, HttpStatusCode.NotFound);
        using HttpResponseMessage cancel = await other.Http.PostAsync($"v1/batches/{batch}/cancel", null);
        await ApiClient.ErrorAsync(cancel, HttpStatusCode.NotFound);
        JsonElement failed = await other.WaitAsync((await other.CreateAsync(file)).Text("id"), "failed");
        Assert.Equal([(null, "invalid_request", "file_id")], failed.Errors());
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
