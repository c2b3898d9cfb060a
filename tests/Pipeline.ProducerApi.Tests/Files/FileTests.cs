using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Npgsql;
using Pipeline.ProducerApi.Tests.Support;

namespace Pipeline.ProducerApi.Tests.Files;

public sealed class FileTests(ApiFixture fixture) : IClassFixture<ApiFixture>
{
    private const int Month = 2_592_000;

    [Fact]
    public async Task An_upload_answers_the_file_object_with_every_key()
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
    public async Task What_was_uploaded_comes_back_byte_for_byte()
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
    public async Task The_multipart_of_the_dotnet_client_is_understood()
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

    [Theory]
    [InlineData("name=\"file\"; filename=\"../../etc/passwd\"", "passwd")]
    [InlineData("name=\"file\"; filename=\"C:\\\\dir\\\\in.jsonl\"", "in.jsonl")]
    [InlineData("name=\"file\"; filename=\"a\"; filename*=UTF-8''%E6%96%87%00.jsonl", "文.jsonl")]
    [InlineData("name=\"file\"", "file")]
    public async Task A_file_gets_a_harmless_name(string disposition, string expected)
    {
        ApiClient api = fixture.Require();
        string body = $"--b\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n--b\r\nContent-Disposition: form-data; {disposition}\r\n\r\n{{}}\r\n--b--\r\n";
        Assert.Equal(expected, (await ApiClient.OkAsync(await PostRawAsync(api, body, "multipart/form-data; boundary=b"))).Text("filename"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n  \r\n")]
    [InlineData("\uFEFF")]
    [InlineData("%PDF-1.7 not lines at all")]
    [InlineData("[1]\n\"x\"\n{\"cut\": ")]
    public async Task A_file_that_cannot_be_JSON_lines_is_refused_at_once(string content)
    {
        ApiClient api = fixture.Require();
        using HttpResponseMessage response = await api.PostFileAsync(Encoding.UTF8.GetBytes(content), ("purpose", "batch"));
        JsonElement error = await ApiClient.ErrorAsync(response, HttpStatusCode.BadRequest);
        Assert.Contains("invalid file format", error.Text("message"), StringComparison.OrdinalIgnoreCase);
        Assert.Contains("jsonl", error.Text("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_good_line_among_bad_ones_is_enough_for_an_upload()
    {
        ApiClient api = fixture.Require();
        Assert.StartsWith("file-", await api.UploadAsync("\uFEFFgarbage\n" + api.Line("r1")), StringComparison.Ordinal);
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

    [Fact]
    public async Task A_body_far_over_the_limit_is_refused()
    {
        ApiClient api = fixture.Require();
        api.Http.DefaultRequestHeaders.ExpectContinue = true;
        using HttpResponseMessage response = await api.PostFileAsync(new byte[8_000_000], ("purpose", "batch"));
        api.Http.DefaultRequestHeaders.ExpectContinue = null;
        await ApiClient.ErrorAsync(response, HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task A_purpose_is_required_and_must_be_batch()
    {
        ApiClient api = fixture.Require();
        byte[] content = Encoding.UTF8.GetBytes(api.Lines(1));
        using HttpResponseMessage missing = await api.PostFileAsync(content);
        Assert.Equal("purpose", (await ApiClient.ErrorAsync(missing, HttpStatusCode.BadRequest)).Text("param"));
        using HttpResponseMessage wrong = await api.PostFileAsync(content, ("purpose", "fine-tune"));
        Assert.Equal("invalid_value", (await ApiClient.ErrorAsync(wrong, HttpStatusCode.BadRequest)).Text("code"));
    }

    [Fact]
    public async Task A_file_is_required()
    {
        ApiClient api = fixture.Require();
        using MultipartFormDataContent form = new() { { new StringContent("batch"), "purpose" } };
        using HttpResponseMessage response = await api.Http.PostAsync("v1/files", form);
        Assert.Equal("file", (await ApiClient.ErrorAsync(response, HttpStatusCode.BadRequest)).Text("param"));
    }

    [Theory]
    [InlineData("multipart/form-data", "x")]
    [InlineData("multipart/form-data; boundary=b", "no part")]
    [InlineData("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n{}\n cut off")]
    [InlineData("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: nonsense\r\n\r\n{}\r\n--b--")]
    [InlineData("multipart/form-data; boundary=b", "--b\r\nno header\r\n\r\n{}\r\n--b--")]
    [InlineData("application/json", "{}")]
    public async Task A_multipart_that_is_none_is_refused(string contentType, string body)
    {
        ApiClient api = fixture.Require();
        using HttpResponseMessage response = await PostRawAsync(api, body, contentType);
        await ApiClient.ErrorAsync(response, HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_file_expires_when_the_uploader_says()
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
    public async Task An_impossible_expiry_is_refused(string? anchor, string? seconds, string param)
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
    public async Task A_missing_file_is_named()
    {
        ApiClient api = fixture.Require();
        using HttpResponseMessage response = await api.Http.GetAsync("v1/files/file-nope");
        JsonElement error = await ApiClient.ErrorAsync(response, HttpStatusCode.NotFound);
        Assert.Equal("No such File object: file-nope", error.Text("message"));
        Assert.Equal("id", error.Text("param"));
        Assert.Equal("null", error.Raw("code"));
    }

    [Fact]
    public async Task A_deleted_file_is_gone_with_its_content()
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
    public async Task Files_are_listed_page_by_page_in_either_order()
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
    public async Task No_tenant_sees_the_files_of_another()
    {
        string id = await fixture.Require().UploadAsync(fixture.Api.Lines(1));
        ApiClient other = await NewTenantAsync();
        Assert.Equal("[]", (await other.GetAsync("v1/files")).Raw("data"));
        using HttpResponseMessage content = await other.Http.GetAsync($"v1/files/{id}/content");
        await ApiClient.ErrorAsync(content, HttpStatusCode.NotFound);
        using HttpResponseMessage delete = await other.Http.DeleteAsync("v1/files/" + id);
        await ApiClient.ErrorAsync(delete, HttpStatusCode.NotFound);
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
