using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Pipeline.EndToEnd.Tests.Support;
using Pipeline.Testing;

namespace Pipeline.EndToEnd.Tests;

/// <summary>Embeddings through the API, the queue and a worker whose model is an encoder.</summary>
public sealed class EmbeddingTests
{
    private const string Endpoint = "/v1/embeddings";

    [Fact]
    public async Task A_batch_of_embeddings_comes_back_in_order_with_its_bill_and_a_single_job_has_the_same_vector()
    {
        using TinyEncoder model = new();
        await using RunningStack stack = await RunningStack.StartAsync(
            ("Pipeline:Worker:Backend", "local"), ("Pipeline:Worker:ModelDirectory", model.Directory), ("Pipeline:Worker:Threads", "1"), ("Pipeline:ModelDirectories:0", model.Directory));
        await stack.StartWorker().ReadyAsync();
        using HttpClient client = stack.Client();
        string[] texts = [.. Enumerable.Range(0, 300).Select(i => string.Concat(Enumerable.Repeat($"{(char)('a' + (i % 26))}word ", 1 + (i % 9))).Trim())];
        string id = await SubmitAsync(client, texts.Select((text, i) => Line(stack.Model, $"line-{i}", text)).Append(Line(stack.Model, "too-long", new string('a', 65))));
        JsonElement batch = await client.EndOfBatchAsync(id, TimeSpan.FromSeconds(90));

        Assert.Equal("completed", batch.GetProperty("status").GetString());
        List<JsonElement> lines = await client.LinesAsync(batch, "output_file_id");
        Assert.Equal(Enumerable.Range(0, 300).Select(i => $"line-{i}"), lines.Select(line => line.GetProperty("custom_id").GetString()));
        float[][] vectors = [.. lines.Select(line => Vector(line.GetProperty("response").GetProperty("body")))];
        Assert.All(vectors, vector => Assert.Equal((TinyEncoder.Width, 1f), (vector.Length, MathF.Round(vector.Sum(value => value * value), 4))));
        Assert.Equal(vectors[0].Select(value => MathF.Round(value, 4)), vectors[234].Select(value => MathF.Round(value, 4)));
        Assert.Equal(texts[0], texts[234]);

        JsonElement failed = Assert.Single(await client.LinesAsync(batch, "error_file_id")).GetProperty("response");
        Assert.Equal(400, failed.GetProperty("status_code").GetInt32());
        Assert.Equal("context_length_exceeded", failed.GetProperty("body").GetProperty("error").GetProperty("code").GetString());

        // Every letter and space is a token, and nothing was generated.
        JsonElement usage = batch.GetProperty("usage");
        Assert.Equal((texts.Sum(text => text.Length), 0), (usage.GetProperty("input_tokens").GetInt32(), usage.GetProperty("output_tokens").GetInt32()));
        await Eventually.HoldsAsync(
            async () => Math.Abs(await stack.NumberAsync("SELECT sum(device_seconds) FROM job_costs WHERE batch_id = $1", id)
                - await stack.NumberAsync("SELECT sum(busy_seconds) FROM workers")) < 1e-6,
            TimeSpan.FromSeconds(20),
            "the bill is the worker's busy time");

        JsonElement job = await PostAsync(client, "/v1/jobs", new { endpoint = Endpoint, body = new { model = stack.Model, input = texts[5] } });
        JsonElement done = JsonDocument.Parse(await client.GetStringAsync($"/v1/jobs/{job.GetProperty("id").GetString()}/wait?timeout_seconds=60")).RootElement;
        Assert.Equal(vectors[5].Select(value => MathF.Round(value, 4)), Vector(done.GetProperty("result").GetProperty("body")).Select(value => MathF.Round(value, 4)));
    }

    private static string Line(string model, string id, string text) =>
        JsonSerializer.Serialize(new { custom_id = id, method = "POST", url = Endpoint, body = new { model, input = text } });

    private static float[] Vector(JsonElement body) =>
        [.. body.GetProperty("data")[0].GetProperty("embedding").EnumerateArray().Select(value => value.GetSingle())];

    private static async Task<string> SubmitAsync(HttpClient client, IEnumerable<string> lines)
    {
        using MultipartFormDataContent form = new()
        {
            { new StringContent("batch"), "purpose" }, { new ByteArrayContent(Encoding.UTF8.GetBytes(string.Join('\n', lines))), "file", "input.jsonl" },
        };
        using HttpResponseMessage uploaded = await client.PostAsync("/v1/files", form);
        string file = JsonDocument.Parse(await uploaded.Content.ReadAsStringAsync()).RootElement.GetProperty("id").GetString()!;
        JsonElement batch = await PostAsync(client, "/v1/batches", new { input_file_id = file, endpoint = Endpoint, completion_window = "24h" });
        return batch.GetProperty("id").GetString()!;
    }

    private static async Task<JsonElement> PostAsync(HttpClient client, string path, object body)
    {
        using HttpResponseMessage reply = await client.PostAsJsonAsync(path, body);
        string text = await reply.Content.ReadAsStringAsync();
        Assert.True(reply.IsSuccessStatusCode, text);
        return JsonDocument.Parse(text).RootElement;
    }
}
