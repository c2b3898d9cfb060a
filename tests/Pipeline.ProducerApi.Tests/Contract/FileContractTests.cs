using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Npgsql;
using Pipeline.ProducerApi.Tests.Support;

namespace Pipeline.ProducerApi.Tests.Contract;

/// <summary>OpenAI's contract for <c>/v1/files</c>, a test for each of its sentences.</summary>
public sealed class FileContractTests(ApiFixture fixture) : IClassFixture<ApiFixture>
{
    private const int Month = 2_592_000;

    [Fact]
    public async Task An_upload_of_purpose_batch_answers_the_file_object_with_every_key_and_expires_after_30_days()
    {
        ApiClient api = fixture.Require();
        byte[] content = Encoding.UTF8.GetBytes(api.Lines(2));
        using HttpResponseMessage response = await api.PostFileAsync(content, ("purpose", "batch"));
        JsonElement file = await ApiClient.OkAsync(response);
        Assert.Equal(
            ["object", "id", "purpose", "filename", "bytes", "created_at", "expires_at", "status", "status_details"],
            file.EnumerateObject().Select(p => p.Name));
        Assert.Equal("file", file.Text("object"));
        Assert.Matches("^file-[0-9a-f]{32}$", file.Text("id"));
        Assert.Equal("batch", file.Text("purpose"));
        Assert.Equal("input.jsonl", file.Text("filename"));
        Assert.Equal(content.Length, file.GetProperty("bytes").GetInt64());
        Assert.Equal(Month, file.GetProperty("expires_at").GetInt64() - file.GetProperty("created_at").GetInt64());
        Assert.Equal("processed", file.Text("status"));
        Assert.Equal("null", file.Raw("status_details"));
        Assert.Equal(file.GetRawText(), (await api.GetAsync("v1/files/" + file.Text("id"))).GetRawText());
    }

    [Fact]
    public async Task A_file_expires_so_many_seconds_after_it_was_created_as_expires_after_says()
    {
        ApiClient api = fixture.Require();
        byte[] content = Encoding.UTF8.GetBytes(api.Lines(1));
        using HttpResponseMessage response = await api.PostFileAsync(
            content, ("purpose", "batch"), ("expires_after[anchor]", "created_at"), ("expires_after[seconds]", "3600"));
        JsonElement file = await ApiClient.OkAsync(response);
        Assert.Equal(3600, file.GetProperty("expires_at").GetInt64() - file.GetProperty("created_at").GetInt64());
    }

    [Theory]
    [InlineData("created_at", "3599", "expires_after[seconds]")]
    [InlineData("created_at", "2592001", "expires_after[seconds]")]
    [InlineData("created_at", "soon", "expires_after[seconds]")]
    [InlineData("now", "3600", "expires_after[anchor]")]
    [InlineData(null, "3600", "expires_after[anchor]")]
    [InlineData("created_at", null, "expires_after[seconds]")]
    public async Task A_file_lives_from_3600_to_2592000_seconds_after_created_at_and_nothing_else_is_taken(string? anchor, string? seconds, string param)
    {
        ApiClient api = fixture.Require();
        List<(string, string)> fields = [("purpose", "batch")];
        if (anchor is not null)
        {
            fields.Add(("expires_after[anchor]", anchor));
        }

        if (seconds is not null)
        {
            fields.Add(("expires_after[seconds]", seconds));
        }

        using HttpResponseMessage response = await api.PostFileAsync(Encoding.UTF8.GetBytes(api.Lines(1)), [.. fields]);
        Assert.Equal(param, (await ApiClient.ErrorAsync(response, HttpStatusCode.BadRequest)).Text("param"));
    }

    [Fact]
    public async Task A_purpose_is_required_and_is_batch()
    {
        ApiClient api = fixture.Require();
        byte[] content = Encoding.UTF8.GetBytes(api.Lines(1));
        using HttpResponseMessage missing = await api.PostFileAsync(content);
        Assert.Equal("purpose", (await ApiClient.ErrorAsync(missing, HttpStatusCode.BadRequest)).Text("param"));
        using HttpResponseMessage wrong = await api.PostFileAsync(content, ("purpose", "fine-tune"));
        Assert.Equal("invalid_value", (await ApiClient.ErrorAsync(wrong, HttpStatusCode.BadRequest)).Text("code"));
    }

    [Fact]
    public async Task A_file_over_the_limit_is_refused_and_leaves_nothing()
    {
        ApiClient api = await NewTenantAsync();
        byte[] content = [.. Encoding.UTF8.GetBytes(api.Lines(1)), .. new byte[2_000_000]];
        using HttpResponseMessage response = await api.PostFileAsync(content, ("purpose", "batch"));
        JsonElement error = await ApiClient.ErrorAsync(response, HttpStatusCode.RequestEntityTooLarge);
        Assert.Contains("2000000", error.Text("message"), StringComparison.Ordinal);
        Assert.Equal("[]", (await api.GetAsync("v1/files")).Raw("data"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n  \r\n")]
    [InlineData("\uFEFF")]
    [InlineData("%PDF-1.7 not lines at all")]
    [InlineData("[1]\n\"x\"\n{\"cut\": ")]
    public async Task An_empty_or_wholly_malformed_file_is_refused_at_once_as_an_invalid_file_format(string content)
    {
        ApiClient api = fixture.Require();
        using HttpResponseMessage response = await api.PostFileAsync(Encoding.UTF8.GetBytes(content), ("purpose", "batch"));
        JsonElement error = await ApiClient.ErrorAsync(response, HttpStatusCode.BadRequest);
        Assert.Contains("invalid file format", error.Text("message"), StringComparison.OrdinalIgnoreCase);
        Assert.Contains("jsonl", error.Text("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_multipart_of_the_NET_client_is_understood_unquoted_names_and_a_purpose_behind_the_file()
    {
        ApiClient api = fixture.Require();
        // As recorded: names without quotes, filename*, no type of the part, the purpose behind the file, CRLF in the lines.
        string line = api.Line("r1");
        string body = string.Join("\r\n",
            "--b", "Content-Disposition: form-data; name=file; filename=test-batch-file; filename*=utf-8''test-batch-file", "", line, line.Replace("r1", "r2", StringComparison.Ordinal), "",
            "--b", "Content-Type: text/plain; charset=utf-8", "Content-Disposition: form-data; name=purpose", "", "batch",
            "--b--", "");
        JsonElement file = await ApiClient.OkAsync(await PostRawAsync(api, body, "multipart/form-data; boundary=\"b\""));
        Assert.Equal("test-batch-file", file.Text("filename"));
        Assert.Equal((line.Length * 2) + 4, file.GetProperty("bytes").GetInt32());
        Assert.Equal("in_progress", (await WaitValidatedAsync(api, file.Text("id"))).Text("status"));
    }

    [Fact]
    public async Task Files_are_listed_page_by_page_by_purpose_in_either_order()
    {
        ApiClient api = await NewTenantAsync();
        List<string> uploaded = [];
        for (int i = 0; i < 5; i++)
        {
            uploaded.Add(await api.UploadAsync(api.Lines(1)));
        }

        Assert.Equal(uploaded, await AllAsync(api, "asc"));
        Assert.Equal(Enumerable.Reverse(uploaded), await AllAsync(api, "desc"));
        Assert.Equal("[]", (await api.GetAsync("v1/files?purpose=batch_output")).Raw("data"));
        Assert.Equal(5, (await api.GetAsync("v1/files?purpose=batch")).GetProperty("data").GetArrayLength());
    }

    [Fact]
    public async Task The_content_of_a_file_comes_back_byte_for_byte_to_who_accepts_application_binary()
    {
        ApiClient api = fixture.Require();
        // More than a chunk, and no multiple of one.
        byte[] content = [.. Encoding.UTF8.GetBytes(api.Lines(1)), .. Enumerable.Range(0, 1_500_000).Select(i => (byte)(i * 31))];
        string id = await api.UploadAsync(content);
        using HttpRequestMessage request = new(HttpMethod.Get, $"v1/files/{id}/content") { Headers = { { "Accept", "application/binary" } } };
        using HttpResponseMessage response = await api.Http.SendAsync(request);
        Assert.Equal(content.Length, response.Content.Headers.ContentLength);
        Assert.Equal(content, await response.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task A_file_that_is_deleted_answers_so_and_is_gone_with_its_content()
    {
        ApiClient api = fixture.Require();
        string id = await api.UploadAsync(api.Lines(1));
        using HttpResponseMessage deleted = await api.Http.DeleteAsync("v1/files/" + id);
        Assert.Equal($$"""{"object":"file","deleted":true,"id":"{{id}}"}""", (await ApiClient.OkAsync(deleted)).GetRawText());
        using HttpResponseMessage again = await api.Http.GetAsync($"v1/files/{id}/content");
        await ApiClient.ErrorAsync(again, HttpStatusCode.NotFound);
        await using NpgsqlCommand chunks = fixture.Database.DataSource.CreateCommand("SELECT count(*) FROM file_chunks WHERE file_id = $1");
        chunks.Parameters.Add(new() { Value = id });
        Assert.Equal(0L, await chunks.ExecuteScalarAsync());
    }

    [Fact]
    public async Task A_missing_file_is_no_such_File_object_with_the_param_id_and_no_code()
    {
        ApiClient api = fixture.Require();
        using HttpResponseMessage response = await api.Http.GetAsync("v1/files/file-nope");
        JsonElement error = await ApiClient.ErrorAsync(response, HttpStatusCode.NotFound);
        Assert.Equal("No such File object: file-nope", error.Text("message"));
        Assert.Equal("id", error.Text("param"));
        Assert.Equal("null", error.Raw("code"));
    }

    [Fact]
    public void The_limits_are_200_MB_and_50000_lines_and_50000_inputs_to_embed()
    {
        ApiOptions limits = new();
        Assert.Equal((209_715_200, 50_000, 50_000), (limits.MaxFileBytes, limits.MaxBatchLines, limits.MaxEmbeddingInputs));
    }

    [Fact]
    public async Task A_page_of_files_has_1_to_10000_of_them()
    {
        ApiClient api = fixture.Require();
        Assert.Equal("list", (await api.GetAsync("v1/files?limit=10000")).Text("object"));
        foreach (int limit in new[] { 0, 10_001 })
        {
            using HttpResponseMessage response = await api.Http.GetAsync($"v1/files?limit={limit}");
            Assert.Equal("limit", (await ApiClient.ErrorAsync(response, HttpStatusCode.BadRequest)).Text("param"));
        }
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("GET", "/content")]
    [InlineData("DELETE", "")]
    public async Task A_missing_file_is_missing_to_every_request(string method, string tail)
    {
        ApiClient api = fixture.Require();
        using HttpRequestMessage request = new(new HttpMethod(method), "v1/files/file-nope" + tail);
        using HttpResponseMessage response = await api.Http.SendAsync(request);
        Assert.Equal("No such File object: file-nope", (await ApiClient.ErrorAsync(response, HttpStatusCode.NotFound)).Text("message"));
    }

    private static async Task<List<string>> AllAsync(ApiClient api, string order)
    {
        List<string> ids = [];
        string after = "";
        bool more = true;
        while (more)
        {
            JsonElement page = await api.GetAsync($"v1/files?limit=2&order={order}{after}");
            ids.AddRange(page.GetProperty("data").EnumerateArray().Select(file => file.Text("id")));
            Assert.Equal(ids[^1], page.Text("last_id"));
            after = "&after=" + page.Text("last_id");
            more = page.GetProperty("has_more").GetBoolean();
        }

        return ids;
    }

    private async Task<ApiClient> NewTenantAsync()
    {
        fixture.Require();
        return await fixture.NewTenantAsync();
    }

    private static async Task<JsonElement> WaitValidatedAsync(ApiClient api, string fileId) =>
        await api.WaitAsync((await api.CreateAsync(fileId)).Text("id"), status => status != "validating");

    private static Task<HttpResponseMessage> PostRawAsync(ApiClient api, string body, string contentType)
    {
        ByteArrayContent content = new(Encoding.UTF8.GetBytes(body));
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        return api.Http.PostAsync("v1/files", content);
    }
}
