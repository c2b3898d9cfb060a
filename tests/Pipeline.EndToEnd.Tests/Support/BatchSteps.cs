using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Pipeline.Testing;

namespace Pipeline.EndToEnd.Tests.Support;

/// <summary>What a submitter does, over HTTP.</summary>
internal static class BatchSteps
{
    /// <summary>Uploads a line per prompt and creates the batch.</summary>
    /// <param name="client">Speaks to the API.</param>
    /// <param name="model">The model.</param>
    /// <param name="prompts">What to say.</param>
    /// <param name="webhook">Who is to hear of it, or null.</param>
    /// <param name="maxCost">The batch's cap, or null.</param>
    /// <returns>The batch's id.</returns>
    public static Task<string> SubmitAsync(this HttpClient client, string model, IEnumerable<string> prompts, object? webhook = null, decimal? maxCost = null) => client.SubmitRequestsAsync(
        "/v1/chat/completions",
        [.. prompts.Select(prompt => new { model, messages = new[] { new { role = "user", content = prompt } }, max_tokens = 6, temperature = 0 })],
        webhook,
        maxCost);

    /// <summary>Uploads a line per request, named line-1 and so on, and creates the batch.</summary>
    /// <param name="client">Speaks to the API.</param>
    /// <param name="endpoint">What the requests are for.</param>
    /// <param name="requests">Their bodies.</param>
    /// <param name="webhook">Who is to hear of it, or null.</param>
    /// <param name="maxCost">The batch's cap, or null.</param>
    /// <returns>The batch's id.</returns>
    public static async Task<string> SubmitRequestsAsync(this HttpClient client, string endpoint, IReadOnlyList<object> requests, object? webhook = null, decimal? maxCost = null)
    {
        StringBuilder lines = new();
        int line = 0;
        foreach (object body in requests)
        {
            lines.AppendLine(JsonSerializer.Serialize(new { custom_id = $"line-{++line}", method = "POST", url = endpoint, body }));
        }

        using MultipartFormDataContent form = new()
        {
            { new StringContent("batch"), "purpose" },
            { new ByteArrayContent(Encoding.UTF8.GetBytes(lines.ToString())), "file", "input.jsonl" },
        };
        JsonElement file = await ReadAsync(await client.PostAsync("/v1/files", form));
        JsonElement batch = await ReadAsync(await client.PostAsJsonAsync(
            "/v1/batches", new { input_file_id = file.GetProperty("id").GetString(), endpoint, completion_window = "24h", webhook, max_cost = maxCost }));
        return batch.GetProperty("id").GetString()!;
    }

    public static async Task<JsonElement> BatchAsync(this HttpClient client, string id) => await ReadAsync(await client.GetAsync($"/v1/batches/{id}"));

    /// <summary>Waits for the batch's end.</summary>
    public static async Task<JsonElement> EndOfBatchAsync(this HttpClient client, string id, TimeSpan within)
    {
        JsonElement batch = default;
        await Eventually.HoldsAsync(
            async () => (batch = await client.BatchAsync(id)).GetProperty("status").GetString() is "completed" or "failed" or "expired" or "cancelled", within, "the batch has ended");
        return batch;
    }

    /// <summary>The lines of one of the batch's files; none if it has no such file.</summary>
    public static async Task<List<JsonElement>> LinesAsync(this HttpClient client, JsonElement batch, string file)
    {
        if (batch.GetProperty(file).GetString() is not { } id)
        {
            return [];
        }

        string text = await client.GetStringAsync($"/v1/files/{id}/content");
        return [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
    }

    /// <summary>The body of a reply that has to be a good one.</summary>
    public static async Task<JsonElement> ReadAsync(HttpResponseMessage reply)
    {
        string text = await reply.Content.ReadAsStringAsync();
        Assert.True(reply.IsSuccessStatusCode, $"{(int)reply.StatusCode}: {text}");
        return JsonDocument.Parse(text).RootElement;
    }
}
