using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Pipeline.ProducerApi.Tests.Support;

/// <summary>Speaks to the API as one tenant, in the words of the tests.</summary>
internal sealed class ApiClient(Uri url, string key, Guid tenantId, string model)
{
    public const string Chat = "/v1/chat/completions";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public string Key => key;

    public Guid TenantId => tenantId;

    public string Model => model;

    public HttpClient Http { get; } = new() { BaseAddress = url, DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", key) } };

    /// <summary>A line that the API has nothing against.</summary>
    public string Line(string customId, string content = "hello") => JsonSerializer.Serialize(new
    {
        custom_id = customId,
        method = "POST",
        url = Chat,
        body = new { model, messages = new[] { new { role = "user", content } } },
    });

    public string Lines(int count) => string.Concat(Enumerable.Range(1, count).Select(i => Line($"r{i}") + "\n"));

    public Task<HttpResponseMessage> PostFileAsync(byte[] content, params (string Name, string Value)[] fields)
    {
        MultipartFormDataContent form = [];
        foreach ((string name, string value) in fields)
        {
            form.Add(new StringContent(value), name);
        }

        form.Add(new ByteArrayContent(content), "file", "input.jsonl");
        return Http.PostAsync("v1/files", form);
    }

    public async Task<string> UploadAsync(string content) => await UploadAsync(Encoding.UTF8.GetBytes(content));

    public async Task<string> UploadAsync(byte[] content)
    {
        using HttpResponseMessage response = await PostFileAsync(content, ("purpose", "batch"));
        return (await OkAsync(response)).Text("id");
    }

    public Task<HttpResponseMessage> PostAsync(string path, object body) => Http.PostAsync(path, JsonContent.Create(body));

    public async Task<JsonElement> CreateAsync(string fileId, string endpoint = Chat)
    {
        using HttpResponseMessage response = await PostAsync("v1/batches", new { input_file_id = fileId, endpoint, completion_window = "24h" });
        return await OkAsync(response);
    }

    /// <summary>Uploads the lines, creates a batch, and waits until it is validated.</summary>
    public async Task<JsonElement> SubmitAsync(string content, string endpoint = Chat) => await SubmitAsync(Encoding.UTF8.GetBytes(content), endpoint);

    public async Task<JsonElement> SubmitAsync(byte[] content, string endpoint = Chat)
    {
        string id = (await CreateAsync(await UploadAsync(content), endpoint)).Text("id");
        return await WaitAsync(id, status => status != "validating");
    }

    public async Task<JsonElement> GetAsync(string path)
    {
        using HttpResponseMessage response = await Http.GetAsync(path);
        return await OkAsync(response);
    }

    public async Task<JsonElement> WaitAsync(string batchId, Func<string, bool> enough)
    {
        long started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            JsonElement batch = await GetAsync("v1/batches/" + batchId);
            if (enough(batch.Text("status")))
            {
                return batch;
            }

            Assert.True(TimeProvider.System.GetElapsedTime(started) < Patience, $"The batch stays {batch.Text("status")}.");
            await Task.Delay(50);
        }
    }

    public Task<JsonElement> WaitAsync(string batchId, string status) => WaitAsync(batchId, now => now == status);

    public async Task<JsonElement[]> LinesOfAsync(string fileId)
    {
        string content = await Http.GetStringAsync($"v1/files/{fileId}/content");
        Assert.EndsWith("\n", content, StringComparison.Ordinal);
        return [.. content.TrimEnd('\n').Split('\n').Select(line => JsonElement.Parse(line))];
    }

    public static async Task<JsonElement> OkAsync(HttpResponseMessage response)
    {
        string body = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"{(int)response.StatusCode} {body}");
        return JsonElement.Parse(body);
    }

    /// <summary>Checks that the reply is an error in OpenAI's shape, and gives its inner object.</summary>
    public static async Task<JsonElement> ErrorAsync(HttpResponseMessage response, HttpStatusCode status)
    {
        string body = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == status, $"{(int)response.StatusCode} {body}");
        Assert.StartsWith("req_", Assert.Single(response.Headers.GetValues("x-request-id")), StringComparison.Ordinal);
        JsonElement error = JsonElement.Parse(body).GetProperty("error");
        Assert.Equal(["message", "type", "param", "code"], error.EnumerateObject().Select(p => p.Name));
        return error;
    }
}
