using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Pipeline.ProducerApi.Tests.Support;

namespace Pipeline.ProducerApi.Tests.Files;

public sealed class FileTests(ApiFixture fixture) : IClassFixture<ApiFixture>
{
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

    [Fact]
    public async Task One_good_line_among_bad_ones_is_enough_for_an_upload()
    {
        ApiClient api = fixture.Require();
        Assert.StartsWith("file-", await api.UploadAsync("\uFEFFgarbage\n" + api.Line("r1")), StringComparison.Ordinal);
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

    private async Task<ApiClient> NewTenantAsync()
    {
        fixture.Require();
        return await fixture.NewTenantAsync();
    }

    private static Task<HttpResponseMessage> PostRawAsync(ApiClient api, string body, string contentType)
    {
        ByteArrayContent content = new(Encoding.UTF8.GetBytes(body));
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        return api.Http.PostAsync("v1/files", content);
    }
}
