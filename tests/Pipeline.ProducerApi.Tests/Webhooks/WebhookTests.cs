using System.Net;
using System.Text.Json;
using Pipeline.ProducerApi.Tests.Support;

namespace Pipeline.ProducerApi.Tests.Webhooks;

public sealed class WebhookTests(ApiFixture fixture) : IClassFixture<ApiFixture>
{
    private const string Url = "https://example.com/hook";
    private const string Secret = "whsec_RdvaYFYUXuIFuEbvZHwMfYFhUf7aMYjYcmM24+Aj40c=";
    private const string Answer = """{"object":"chat.completion","choices":[]}""";

    [Fact]
    public async Task An_endpoint_is_made_with_a_secret_that_is_shown_once()
    {
        ApiClient api = fixture.Require();
        JsonElement made = await PostAsync(api, "v1/webhooks", new { url = Url, description = "mine" });
        Assert.Matches("^whep_[0-9a-f]{32}$", made.Text("id"));
        Assert.StartsWith("whsec_", made.Text("secret"), StringComparison.Ordinal);
        Assert.Equal(("webhook_endpoint", Url, "mine", "enabled"), (made.Text("object"), made.Text("url"), made.Text("description"), made.Text("status")));
        Assert.Equal(["batch.completed", "batch.failed", "batch.expired", "batch.cancelled"], made.GetProperty("events").EnumerateArray().Select(type => type.GetString()));
        JsonElement seen = await api.GetAsync("v1/webhooks/" + made.Text("id"));
        Assert.Equal("null", seen.Raw("secret"));
        Assert.Equal(Secret, (await PostAsync(api, "v1/webhooks", new { url = Url, secret = Secret })).Text("secret"));
    }

    [Fact]
    public async Task Endpoints_are_listed_newest_first_and_paged()
    {
        ApiClient api = await fixture.NewTenantAsync();
        fixture.Require();
        List<string> ids = [];
        for (int i = 0; i < 5; i++)
        {
            ids.Insert(0, (await PostAsync(api, "v1/webhooks", new { url = Url })).Text("id"));
        }

        JsonElement first = await api.GetAsync("v1/webhooks?limit=3");
        Assert.Equal(ids.Take(3), first.GetProperty("data").EnumerateArray().Select(endpoint => endpoint.Text("id")));
        Assert.True(first.GetProperty("has_more").GetBoolean());
        JsonElement second = await api.GetAsync("v1/webhooks?limit=3&after=" + first.Text("last_id"));
        Assert.Equal(ids.Skip(3), second.GetProperty("data").EnumerateArray().Select(endpoint => endpoint.Text("id")));
        Assert.False(second.GetProperty("has_more").GetBoolean());
    }

    [Fact]
    public async Task A_secret_is_rotated_and_both_are_good_for_a_while()
    {
        ApiClient api = fixture.Require();
        JsonElement made = await PostAsync(api, "v1/webhooks", new { url = Url });
        JsonElement rotated = await PostAsync(api, $"v1/webhooks/{made.Text("id")}/rotate", new { overlap_seconds = 60 });
        Assert.NotEqual(made.Text("secret"), rotated.Text("secret"));
        Assert.InRange(rotated.GetProperty("old_secret_expires_at").GetInt64() - TimeProvider.System.GetUtcNow().ToUnixTimeSeconds(), 30, 60);
    }

    [Fact]
    public async Task An_endpoint_is_changed_disabled_enabled_and_deleted()
    {
        ApiClient api = fixture.Require();
        string path = "v1/webhooks/" + (await PostAsync(api, "v1/webhooks", new { url = Url })).Text("id");
        JsonElement changed = await PostAsync(api, path, new { url = "http://example.org/", events = new[] { "job.completed", "batch.in_progress" }, enabled = false });
        Assert.Equal(("http://example.org/", "disabled", "Disabled by its owner."), (changed.Text("url"), changed.Text("status"), changed.Text("disabled_reason")));
        Assert.Equal(["job.completed", "batch.in_progress"], changed.GetProperty("events").EnumerateArray().Select(type => type.GetString()));
        Assert.Equal("enabled", (await PostAsync(api, path, new { enabled = true })).Text("status"));
        using HttpResponseMessage deleted = await api.Http.DeleteAsync(path);
        Assert.True((await ApiClient.OkAsync(deleted)).GetProperty("deleted").GetBoolean());
        using HttpResponseMessage gone = await api.Http.GetAsync(path);
        await ApiClient.ErrorAsync(gone, HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("""{}""", "url", "missing_required_parameter")]
    [InlineData("""{"url":7}""", "url", "invalid_type")]
    [InlineData("""{"url":"example.com"}""", "url", "invalid_value")]
    [InlineData("""{"url":"ftp://example.com/"}""", "url", "invalid_value")]
    [InlineData("""{"url":"https://me:secret@example.com/"}""", "url", "invalid_value")]
    [InlineData("""{"url":"https://example.com/","events":"batch.completed"}""", "events", "invalid_type")]
    [InlineData("""{"url":"https://example.com/","events":[]}""", "events", "empty_array")]
    [InlineData("""{"url":"https://example.com/","events":["batch.done"]}""", "events", "invalid_value")]
    [InlineData("""{"url":"https://example.com/","secret":"secret"}""", "secret", "invalid_value")]
    [InlineData("""{"url":"https://example.com/","secret":"whsec_AAAA"}""", "secret", "invalid_value")]
    public async Task What_is_no_endpoint_is_refused(string body, string param, string code)
    {
        ApiClient api = fixture.Require();
        using HttpResponseMessage response = await api.Http.PostAsync("v1/webhooks", new StringContent(body, null, "application/json"));
        JsonElement error = await ApiClient.ErrorAsync(response, HttpStatusCode.BadRequest);
        Assert.Equal((param, code), (error.Text("param"), error.Text("code")));
    }

    [Theory]
    [InlineData("""{"url":"https://example.com/"}""", "webhook.secret", "missing_required_parameter")]
    [InlineData("""{"secret":"whsec_RdvaYFYUXuIFuEbvZHwMfYFhUf7aMYjYcmM24+Aj40c="}""", "webhook.url", "missing_required_parameter")]
    [InlineData("""{"url":"x","secret":"whsec_RdvaYFYUXuIFuEbvZHwMfYFhUf7aMYjYcmM24+Aj40c="}""", "webhook.url", "invalid_value")]
    [InlineData("\"https://example.com/\"", "webhook", "invalid_type")]
    public async Task A_batch_with_a_webhook_that_is_none_is_not_made(string webhook, string param, string code)
    {
        ApiClient api = fixture.Require();
        string body = $$"""{"input_file_id":"file-x","endpoint":"/v1/chat/completions","completion_window":"24h","webhook":{{webhook}}}""";
        using HttpResponseMessage response = await api.Http.PostAsync("v1/batches", new StringContent(body, null, "application/json"));
        JsonElement error = await ApiClient.ErrorAsync(response, HttpStatusCode.BadRequest);
        Assert.Equal((param, code), (error.Text("param"), error.Text("code")));
    }

    [Fact]
    public async Task A_batch_tells_of_its_start_and_its_end_and_only_its_own_endpoint_hears_of_it()
    {
        fixture.Require();
        ApiClient api = await fixture.NewTenantAsync(), stranger = await fixture.NewTenantAsync();
        string all = (await PostAsync(api, "v1/webhooks", new { url = Url, events = new[] { "batch.in_progress", "batch.completed", "batch.failed", "job.completed" } })).Text("id");
        string strange = (await PostAsync(stranger, "v1/webhooks", new { url = Url })).Text("id");
        using HttpResponseMessage response = await api.PostAsync("v1/batches", new
        {
            input_file_id = await api.UploadAsync(api.Lines(2)), endpoint = ApiClient.Chat, completion_window = "24h", webhook = new { url = Url, secret = Secret },
        });
        string batchId = (await ApiClient.OkAsync(response)).Text("id");
        await api.WaitAsync(batchId, "in_progress");
        await fixture.NewWorker().AnswerAllAsync(batchId, _ => (200, Answer));
        await api.WaitAsync(batchId, "completed");
        await api.SubmitAsync("{\"custom_id\":\"a\"}\n");

        string own = (await api.GetAsync("v1/webhooks")).GetProperty("data").EnumerateArray().Single(endpoint => endpoint.Raw("batch_id") != "null").Text("id");
        Assert.Equal(["batch.completed"], await TypesAsync(api, own));
        Assert.Equal(["batch.completed", "batch.failed", "batch.in_progress", "job.completed", "job.completed"], await TypesAsync(api, all));
        Assert.Empty(await TypesAsync(stranger, strange));
    }

    [Fact]
    public async Task A_test_event_waits_for_delivery_and_can_be_sent_again()
    {
        ApiClient api = fixture.Require();
        string path = "v1/webhooks/" + (await PostAsync(api, "v1/webhooks", new { url = Url })).Text("id");
        JsonElement test = await PostAsync(api, path + "/test", new { });
        Assert.Equal(("webhook.test", "pending"), (test.Text("event_type"), test.Text("status")));
        JsonElement again = await PostAsync(api, $"{path}/deliveries/{test.Text("id")}/replay", new { });
        Assert.NotEqual(test.Text("id"), again.Text("id"));
        Assert.Equal(test.GetProperty("event").Text("id"), again.GetProperty("event").Text("id"));
        Assert.Equal([again.Text("id"), test.Text("id")], (await api.GetAsync(path + "/deliveries")).GetProperty("data").EnumerateArray().Select(delivery => delivery.Text("id")));
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("POST", "")]
    [InlineData("DELETE", "")]
    [InlineData("POST", "/rotate")]
    [InlineData("POST", "/test")]
    [InlineData("GET", "/deliveries")]
    [InlineData("POST", "/deliveries/wh_x/replay")]
    public async Task No_tenant_touches_the_endpoints_of_another(string method, string tail)
    {
        ApiClient api = fixture.Require();
        string id = (await PostAsync(api, "v1/webhooks", new { url = Url })).Text("id");
        ApiClient other = await fixture.NewTenantAsync();
        using HttpRequestMessage request = new(new HttpMethod(method), $"v1/webhooks/{id}{tail}");
        request.Content = method == "POST" ? new StringContent("{}", null, "application/json") : null;
        using HttpResponseMessage response = await other.Http.SendAsync(request);
        await ApiClient.ErrorAsync(response, HttpStatusCode.NotFound);
        Assert.Equal(Url, (await api.GetAsync("v1/webhooks/" + id)).Text("url"));
    }

    private static async Task<string[]> TypesAsync(ApiClient api, string endpointId) =>
        [.. (await api.GetAsync($"v1/webhooks/{endpointId}/deliveries")).GetProperty("data").EnumerateArray().Select(delivery => delivery.Text("event_type")).Order()];

    private static async Task<JsonElement> PostAsync(ApiClient api, string path, object body)
    {
        using HttpResponseMessage response = await api.PostAsync(path, body);
        return await ApiClient.OkAsync(response);
    }
}
