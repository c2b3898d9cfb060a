using System.Net;
using System.Text;
using System.Text.Json;
using Npgsql;
using Pipeline.Data.Duties;
using Pipeline.ProducerApi.Tests.Support;

namespace Pipeline.ProducerApi.Tests.Idempotency;

/// <summary>An <c>Idempotency-Key</c> on every create: files, batches and jobs.</summary>
public sealed class IdempotencyTests(ApiFixture fixture) : IClassFixture<ApiFixture>
{
    public static TheoryData<string> Creates => ["files", "batches", "jobs"];

    [Theory]
    [MemberData(nameof(Creates))]
    public async Task A_repeat_gets_the_first_answer_word_for_word_and_makes_nothing(string what)
    {
        ApiClient api = await NewTenantAsync();
        string key = Guid.NewGuid().ToString();
        string first = await CreatedAsync(api, what, "one", key);
        Assert.Equal(first, await CreatedAsync(api, what, "one", key));
        Assert.Equal(1, await CountAsync(api, what));
        Assert.NotEqual(first, await CreatedAsync(api, what, "one", null));
        Assert.Equal(2, await CountAsync(api, what));
    }

    [Theory]
    [MemberData(nameof(Creates))]
    public async Task Repeats_at_the_same_time_make_one(string what)
    {
        ApiClient api = await NewTenantAsync();
        string key = Guid.NewGuid().ToString();
        string[] answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => CreatedAsync(api, what, "one", key)));
        Assert.Single(answers.Distinct());
        Assert.Equal(1, await CountAsync(api, what));
    }

    [Theory]
    [MemberData(nameof(Creates))]
    public async Task Another_body_under_the_same_key_is_refused(string what)
    {
        ApiClient api = await NewTenantAsync();
        string key = Guid.NewGuid().ToString();
        await CreatedAsync(api, what, "one", key);
        using HttpResponseMessage response = await SendAsync(api, what, "two", key);
        JsonElement error = await ApiClient.ErrorAsync(response, HttpStatusCode.BadRequest);
        Assert.Equal(("invalid_request_error", "idempotency_key_reused"), (error.Text("type"), error.Text("code")));
        Assert.Equal(1, await CountAsync(api, what));
    }

    [Theory]
    [MemberData(nameof(Creates))]
    public async Task A_key_belongs_to_its_tenant(string what)
    {
        ApiClient one = await NewTenantAsync();
        ApiClient other = await NewTenantAsync();
        string key = Guid.NewGuid().ToString();
        Assert.NotEqual(await CreatedAsync(one, what, "one", key), await CreatedAsync(other, what, "two", key));
    }

    [Fact]
    public async Task One_key_may_serve_a_file_and_its_batch()
    {
        ApiClient api = await NewTenantAsync();
        string key = Guid.NewGuid().ToString();
        Assert.Equal("file", JsonElement.Parse(await CreatedAsync(api, "files", "one", key)).Text("object"));
        Assert.Equal("batch", JsonElement.Parse(await CreatedAsync(api, "batches", "one", key)).Text("object"));
    }

    [Fact]
    public async Task What_was_refused_is_not_kept_under_its_key()
    {
        ApiClient api = await NewTenantAsync();
        string key = Guid.NewGuid().ToString();
        using StringContent bad = new("{}", Encoding.UTF8, "application/json");
        bad.Headers.Add("X-Ignored", "1");
        using HttpRequestMessage request = new(HttpMethod.Post, "v1/batches") { Content = bad, Headers = { { "Idempotency-Key", key } } };
        using HttpResponseMessage refused = await api.Http.SendAsync(request);
        await ApiClient.ErrorAsync(refused, HttpStatusCode.BadRequest);
        await CreatedAsync(api, "batches", "one", key);
    }

    [Fact]
    public async Task A_key_is_as_good_as_new_when_its_time_is_up_and_is_forgotten_then()
    {
        ApiClient api = await NewTenantAsync();
        string key = Guid.NewGuid().ToString();
        string first = await CreatedAsync(api, "batches", "one", key);
        await ExecuteAsync("UPDATE idempotency_keys SET expires_at = now() - interval '1 second' WHERE key = $1", key);
        string second = await CreatedAsync(api, "batches", "two", key);
        Assert.NotEqual(first, second);
        Assert.Equal(second, await CreatedAsync(api, "batches", "two", key));
        await ExecuteAsync("UPDATE idempotency_keys SET expires_at = now() - interval '1 second' WHERE key = $1", key);
        Assert.InRange(await Purge.IdempotencyKeysAsync(fixture.Database.DataSource, default), 1, int.MaxValue);
        Assert.Equal(0L, await ScalarAsync("SELECT count(*) FROM idempotency_keys WHERE key = $1", key));
    }

    [Fact]
    public async Task A_key_has_255_characters_at_most_and_an_empty_one_is_none()
    {
        ApiClient api = await NewTenantAsync();
        using HttpResponseMessage tooLong = await SendAsync(api, "batches", "one", new string('k', 256));
        await ApiClient.ErrorAsync(tooLong, HttpStatusCode.BadRequest);
        Assert.NotEqual(await CreatedAsync(api, "batches", "one", ""), await CreatedAsync(api, "batches", "one", ""));
    }

    private static async Task<string> CreatedAsync(ApiClient api, string what, string content, string? key)
    {
        using HttpResponseMessage response = await SendAsync(api, what, content, key);
        return (await ApiClient.OkAsync(response)).GetRawText();
    }

    private static async Task<HttpResponseMessage> SendAsync(ApiClient api, string what, string content, string? key)
    {
        HttpContent body = what switch
        {
            "files" => new MultipartFormDataContent
            {
                { new StringContent("batch"), "purpose" }, { new ByteArrayContent(Encoding.UTF8.GetBytes(api.Line(content))), "file", "in.jsonl" },
            },
            "batches" => Json(new { input_file_id = "file-x", endpoint = ApiClient.Chat, completion_window = "24h", metadata = new { content } }),
            _ => Json(new { endpoint = ApiClient.Chat, body = new { model = api.Model, messages = new[] { new { role = "user", content } } } }),
        };
        using HttpRequestMessage request = new(HttpMethod.Post, "v1/" + what) { Content = body };
        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        }

        return await api.Http.SendAsync(request);
    }

    private static StringContent Json(object body) => new(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");

    private async Task<long> CountAsync(ApiClient api, string what) => (long)(await ScalarAsync($"SELECT count(*) FROM {what} WHERE tenant_id = $1", api.TenantId))!;

    private async Task<ApiClient> NewTenantAsync()
    {
        fixture.Require();
        return await fixture.NewTenantAsync();
    }

    private async Task<object?> ScalarAsync(string sql, object parameter)
    {
        await using NpgsqlCommand command = fixture.Database.DataSource.CreateCommand(sql);
        command.Parameters.Add(new() { Value = parameter });
        return await command.ExecuteScalarAsync();
    }

    private Task<object?> ExecuteAsync(string sql, object parameter) => ScalarAsync(sql, parameter);
}
