using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Pipeline.ProducerApi.Tests.Support;

namespace Pipeline.ProducerApi.Tests.Batches;

public sealed class CreateBatchTests(ApiFixture fixture) : IClassFixture<ApiFixture>
{
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
