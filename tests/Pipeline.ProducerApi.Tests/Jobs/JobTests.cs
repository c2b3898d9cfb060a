using System.Net;
using System.Text.Json;
using Pipeline.ProducerApi.Tests.Support;

namespace Pipeline.ProducerApi.Tests.Jobs;

public sealed class JobTests(ApiFixture fixture) : IClassFixture<ApiFixture>
{
    private const string Answer = """{"object":"chat.completion","choices":[]}""";

    [Fact]
    public async Task A_single_job_is_queued_answered_and_billed()
    {
        ApiClient api = fixture.Require();
        JsonElement job = await SubmitAsync(api, new { endpoint = ApiClient.Chat, body = Body(api), custom_id = "mine" });
        Assert.Matches("^job_[0-9a-f]{16}$", job.Text("id"));
        Assert.Equal(("job", "queued", "mine", ApiClient.Chat, api.Model), (job.Text("object"), job.Text("status"), job.Text("custom_id"), job.Text("endpoint"), job.Text("model")));
        Assert.Equal(("null", "null", "[]", 10), (job.Raw("batch_id"), job.Raw("result"), job.Raw("costs"), job.GetProperty("priority").GetInt32()));

        await fixture.NewWorker().AnswerAllAsync(null, _ => (200, Answer));
        JsonElement done = await api.GetAsync("v1/jobs/" + job.Text("id"));
        Assert.Equal(("completed", 1), (done.Text("status"), done.GetProperty("attempts").GetInt32()));
        Assert.Equal(200, done.GetProperty("result").GetProperty("status_code").GetInt32());
        Assert.Equal(Answer, done.GetProperty("result").Raw("body"));
        Assert.NotEqual("null", done.Raw("started_at"));
        Assert.NotEqual("null", done.Raw("finished_at"));
        JsonElement cost = Assert.Single(done.GetProperty("costs").EnumerateArray());
        Assert.Equal((1, "completed", 1m, "USD", 3.0), (
            cost.GetProperty("attempt").GetInt32(), cost.Text("outcome"), cost.GetProperty("cost").GetDecimal(), cost.Text("currency"), cost.GetProperty("device_seconds").GetDouble()));
        Assert.Equal((2d / 3, 1.5), (cost.GetProperty("acceptance_rate").GetDouble(), cost.GetProperty("guessing_gain").GetDouble()));
    }

    [Fact]
    public async Task Waiting_ends_with_the_job()
    {
        ApiClient api = fixture.Require();
        JsonElement job = await SubmitAsync(api, new { endpoint = ApiClient.Chat, body = Body(api), priority = 50 });
        Assert.Equal(50, job.GetProperty("priority").GetInt32());
        Task<JsonElement> waiting = api.GetAsync($"v1/jobs/{job.Text("id")}/wait?timeout_seconds=30");
        await Task.Delay(200);
        Assert.False(waiting.IsCompleted);
        await fixture.NewWorker().AnswerAllAsync(null, _ => (400, """{"error":{"message":"no","type":"t","param":null,"code":null}}"""));
        JsonElement done = await waiting;
        Assert.Equal("failed", done.Text("status"));
        Assert.Equal(400, done.GetProperty("result").GetProperty("status_code").GetInt32());
    }

    [Fact]
    public async Task Waiting_ends_with_the_time()
    {
        ApiClient api = fixture.Require();
        JsonElement job = await SubmitAsync(api, new { endpoint = ApiClient.Chat, body = Body(api) });
        Assert.Equal("queued", (await api.GetAsync($"v1/jobs/{job.Text("id")}/wait?timeout_seconds=0.2")).Text("status"));
        foreach (string seconds in new[] { "-1", "301", "soon" })
        {
            using HttpResponseMessage response = await api.Http.GetAsync($"v1/jobs/{job.Text("id")}/wait?timeout_seconds={seconds}");
            await ApiClient.ErrorAsync(response, HttpStatusCode.BadRequest);
        }
    }

    [Fact]
    public async Task No_tenant_sees_the_jobs_of_another()
    {
        ApiClient api = fixture.Require();
        JsonElement job = await SubmitAsync(api, new { endpoint = ApiClient.Chat, body = Body(api) });
        ApiClient other = await fixture.NewTenantAsync();
        using HttpResponseMessage response = await other.Http.GetAsync("v1/jobs/" + job.Text("id"));
        await ApiClient.ErrorAsync(response, HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("""{"body":{}}""", "endpoint", "missing_required_parameter")]
    [InlineData("""{"endpoint":"/v1/x","body":{}}""", "endpoint", "invalid_value")]
    [InlineData("""{"endpoint":"/v1/chat/completions"}""", "body", "missing_required_parameter")]
    [InlineData("""{"endpoint":"/v1/chat/completions","body":"text"}""", "body", "invalid_type")]
    [InlineData("""{"endpoint":"/v1/chat/completions","body":{"messages":[{}]}}""", "body.model", "invalid_request")]
    [InlineData("""{"endpoint":"/v1/chat/completions","body":{"model":"gpt","messages":[{}]}}""", "body.model", "model_not_found")]
    [InlineData("""{"endpoint":"/v1/chat/completions","body":{"model":"MODEL"}}""", "body.messages", "invalid_request")]
    [InlineData("""{"endpoint":"/v1/chat/completions","body":{"model":"MODEL","messages":[{}],"stream":true}}""", "body.stream", "streaming_unsupported")]
    [InlineData("""{"endpoint":"/v1/chat/completions","body":{"model":"MODEL","messages":[{}]},"priority":101}""", "priority", "integer_above_max_value")]
    [InlineData("""{"endpoint":"/v1/chat/completions","body":{"model":"MODEL","messages":[{}]},"custom_id":7}""", "custom_id", "invalid_type")]
    [InlineData("""{"endpoint":"/v1/chat/completions","body":{"model":"MODEL","messages":[{}]},"custom_id":"\u0000"}""", "custom_id", "invalid_value")]
    [InlineData("""{"endpoint":"/v1/chat/completions","body":{"\ud800":1,"model":"MODEL","messages":[{}]}}""", "body", "invalid_value")]
    public async Task What_is_wrong_with_a_job_is_said_at_once(string body, string param, string code)
    {
        ApiClient api = fixture.Require();
        using StringContent content = new(body.Replace("MODEL", api.Model, StringComparison.Ordinal), System.Text.Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await api.Http.PostAsync("v1/jobs", content);
        JsonElement error = await ApiClient.ErrorAsync(response, HttpStatusCode.BadRequest);
        Assert.Equal((param, code), (error.Text("param"), error.Text("code")));
    }

    private static object Body(ApiClient api) => new { model = api.Model, messages = new[] { new { role = "user", content = "hi" } } };

    private static async Task<JsonElement> SubmitAsync(ApiClient api, object body)
    {
        using HttpResponseMessage response = await api.PostAsync("v1/jobs", body);
        return await ApiClient.OkAsync(response);
    }
}
