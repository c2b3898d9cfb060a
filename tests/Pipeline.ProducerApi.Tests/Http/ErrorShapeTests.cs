using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.ProducerApi.Tests.Support;

namespace Pipeline.ProducerApi.Tests.Http;

public sealed class ErrorShapeTests(ApiFixture fixture) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task Without_a_key_the_API_is_closed()
    {
        fixture.Require();
        using HttpClient http = new() { BaseAddress = fixture.Url };
        using HttpResponseMessage response = await http.GetAsync("v1/models");
        JsonElement error = await ApiClient.ErrorAsync(response, HttpStatusCode.Unauthorized);
        Assert.Equal("invalid_api_key", error.Text("code"));
    }

    [Theory]
    [InlineData("Bearer wrong")]
    [InlineData("Bearer ")]
    [InlineData("Basic YTpi")]
    public async Task A_wrong_key_is_refused(string authorization)
    {
        fixture.Require();
        using HttpClient http = new() { BaseAddress = fixture.Url };
        http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", authorization);
        using HttpResponseMessage response = await http.GetAsync("v1/batches");
        Assert.Equal("invalid_api_key", (await ApiClient.ErrorAsync(response, HttpStatusCode.Unauthorized)).Text("code"));
    }

    [Fact]
    public async Task A_revoked_key_is_refused()
    {
        fixture.Require();
        ApiClient api = await fixture.NewTenantAsync();
        await api.GetAsync("v1/models");
        await using (PipelineDbContext context = fixture.Database.CreateContext())
        {
            byte[] hash = ApiKeyHash.Of(api.Key);
            await context.ApiKeys.Where(k => k.KeyHash == hash).ExecuteUpdateAsync(set => set.SetProperty(k => k.RevokedAt, DateTimeOffset.UnixEpoch));
        }

        using HttpResponseMessage response = await api.Http.GetAsync("v1/models");
        Assert.Equal("invalid_api_key", (await ApiClient.ErrorAsync(response, HttpStatusCode.Unauthorized)).Text("code"));
    }

    [Theory]
    [InlineData("GET", "/v1/nothing", 404)]
    [InlineData("GET", "/nothing", 404)]
    [InlineData("PUT", "/v1/batches", 405)]
    [InlineData("DELETE", "/v1/models", 405)]
    [InlineData("GET", "/v1/files/file-x", 404)]
    [InlineData("GET", "/v1/files/file-x/content", 404)]
    [InlineData("DELETE", "/v1/files/file-x", 404)]
    [InlineData("GET", "/v1/batches/batch_x", 404)]
    [InlineData("GET", "/v1/batches/batch_x/cost", 404)]
    [InlineData("POST", "/v1/batches/batch_x/cancel", 404)]
    [InlineData("GET", "/v1/jobs/job_x", 404)]
    [InlineData("GET", "/v1/jobs/job_0000000000000001/wait", 404)]
    [InlineData("GET", "/v1/models/no/such", 404)]
    [InlineData("GET", "/v1/batches?limit=zero", 400)]
    [InlineData("GET", "/v1/batches?limit=0", 400)]
    [InlineData("GET", "/v1/batches?limit=101", 400)]
    [InlineData("GET", "/v1/batches?after=batch_x", 404)]
    [InlineData("GET", "/v1/files?limit=10001", 400)]
    [InlineData("GET", "/v1/files?order=up", 400)]
    [InlineData("GET", "/v1/files?after=file-x", 404)]
    [InlineData("GET", "/v1/files?after=%00", 400)]
    [InlineData("GET", "/v1/files?purpose=%00", 400)]
    [InlineData("GET", "/v1/jobs/job_0000000000000001/wait?timeout_seconds=NaN", 400)]
    [InlineData("POST", "/v1/files", 400)]
    [InlineData("POST", "/v1/batches", 400)]
    [InlineData("POST", "/v1/jobs", 400)]
    public async Task What_cannot_be_answered_gets_the_error_shape(string method, string path, int status)
    {
        ApiClient api = fixture.Require();
        using HttpRequestMessage request = new(new HttpMethod(method), path);
        using HttpResponseMessage response = await api.Http.SendAsync(request);
        Assert.Equal("invalid_request_error", (await ApiClient.ErrorAsync(response, (HttpStatusCode)status)).Text("type"));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("{\"input_file_id\": \"\\ud800\"}")]
    [InlineData("{\"\\ud800\": 1}")]
    [InlineData("nul\0l")]
    public async Task A_body_that_is_no_object_is_refused_everywhere(string body)
    {
        ApiClient api = fixture.Require();
        foreach (string path in new[] { "v1/batches", "v1/jobs" })
        {
            using HttpResponseMessage response = await api.Http.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json"));
            await ApiClient.ErrorAsync(response, HttpStatusCode.BadRequest);
        }
    }

    [Fact]
    public async Task A_body_that_is_no_UTF_8_is_refused()
    {
        ApiClient api = fixture.Require();
        using ByteArrayContent body = new([.. "{\"input_file_id\": \""u8, 0xFF, 0xFE, .. "\"}"u8]) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        using HttpResponseMessage response = await api.Http.PostAsync("v1/batches", body);
        await ApiClient.ErrorAsync(response, HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Every_reply_names_its_request()
    {
        ApiClient api = fixture.Require();
        using HttpResponseMessage one = await api.Http.GetAsync("v1/models");
        using HttpResponseMessage two = await api.Http.GetAsync("v1/models");
        Assert.NotEqual(one.Headers.GetValues("x-request-id").Single(), two.Headers.GetValues("x-request-id").Single());
    }

    [Theory]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    [InlineData("/openapi/v1.json")]
    [InlineData("/docs/")]
    [InlineData("/")]
    public async Task Health_and_documentation_need_no_key(string path)
    {
        fixture.Require();
        using HttpClient http = new() { BaseAddress = fixture.Url };
        using HttpResponseMessage response = await http.GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task The_OpenAPI_document_describes_every_path()
    {
        ApiClient api = fixture.Require();
        JsonElement paths = (await api.GetAsync("openapi/v1.json")).GetProperty("paths");
        string[] expected =
        [
            "/v1/files", "/v1/files/{id}", "/v1/files/{id}/content", "/v1/batches", "/v1/batches/{id}", "/v1/batches/{id}/cancel",
            "/v1/batches/{id}/cost", "/v1/jobs", "/v1/jobs/{id}", "/v1/jobs/{id}/wait", "/v1/models",
            "/v1/keys", "/v1/keys/{id}", "/v1/keys/{id}/rotate", "/v1/tenants", "/v1/tenants/{id}", "/v1/tenants/{id}/keys", "/v1/audit",
        ];
        Assert.Empty(expected.Except(paths.EnumerateObject().Select(path => path.Name)));
        Assert.True(paths.GetProperty("/v1/batches").GetProperty("post").TryGetProperty("requestBody", out _));
    }

    [Fact]
    public async Task The_models_are_listed_and_found()
    {
        ApiClient api = fixture.Require();
        JsonElement list = await api.GetAsync("v1/models");
        Assert.Equal("list", list.Text("object"));
        Assert.Equal([fixture.Model, fixture.OtherModel, fixture.PlannedModel, fixture.LostModel, fixture.UnpricedModel], list.GetProperty("data").EnumerateArray().Select(model => model.Text("id")));
        JsonElement model = await api.GetAsync("v1/models/" + fixture.Model);
        Assert.Equal("model", model.Text("object"));
        using HttpResponseMessage missing = await api.Http.GetAsync("v1/models/gpt");
        Assert.Equal("model_not_found", (await ApiClient.ErrorAsync(missing, HttpStatusCode.NotFound)).Text("code"));
    }
}
