#pragma warning disable OPENAI001 // The client calls its own batch part an evaluation; it is what people use.
using System.ClientModel;
using System.Text;
using System.Text.Json;
using OpenAI;
using OpenAI.Batch;
using OpenAI.Files;
using Pipeline.EndToEnd.Tests.Support;

namespace Pipeline.EndToEnd.Tests;

/// <summary>OpenAI's own .NET client, unchanged but for its endpoint, against the running API and a worker.</summary>
public sealed class OpenAiClientTests
{
    [Fact]
    public async Task The_official_client_uploads_creates_polls_and_downloads()
    {
        await using RunningStack stack = await RunningStack.StartAsync();
        await stack.StartWorker().ReadyAsync();
        OpenAIClient client = Client(stack);
        OpenAIFileClient files = client.GetOpenAIFileClient();
        BatchClient batches = client.GetBatchClient();

        // CRLF between lines, as the client's own tests write them.
        string content = string.Join("\r\n", Enumerable.Range(1, 100).Select(i => Line(stack.Model, $"request-{i}")));
        OpenAIFile input = await files.UploadFileAsync(BinaryData.FromString(content), "batch-input", FileUploadPurpose.Batch);
        Assert.Equal(Encoding.UTF8.GetByteCount(content), input.SizeInBytes);

        CreateBatchOperation operation = await batches.CreateBatchAsync(
            BinaryContent.Create(BinaryData.FromObjectAsJson(new
            {
                input_file_id = input.Id,
                endpoint = "/v1/chat/completions",
                completion_window = "24h",
                metadata = new { purpose = "test" },
            })),
            waitUntilCompleted: false);
        Assert.StartsWith("batch_", operation.BatchId, StringComparison.Ordinal);
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(90));
        JsonElement batch;
        do
        {
            await Task.Delay(250, patience.Token);
            batch = JsonElement.Parse((await operation.GetBatchAsync(null)).GetRawResponse().Content);
        }
        while (batch.GetProperty("status").GetString() is "validating" or "in_progress" or "finalizing");

        Assert.Equal("completed", batch.GetProperty("status").GetString());
        Assert.Equal(100, batch.GetProperty("request_counts").GetProperty("completed").GetInt32());
        Assert.Equal("test", batch.GetProperty("metadata").GetProperty("purpose").GetString());
        Assert.True(batch.GetProperty("usage").GetProperty("total_tokens").GetInt64() > 0);

        BinaryData output = await files.DownloadFileAsync(batch.GetProperty("output_file_id").GetString());
        string[] lines = output.ToString().TrimEnd('\n').Split('\n');
        Assert.Equal(Enumerable.Range(1, 100).Select(i => $"request-{i}"), lines.Select(line => JsonElement.Parse(line).GetProperty("custom_id").GetString()));
        Assert.All(lines, line => Assert.Equal(
            "chat.completion", JsonElement.Parse(line).GetProperty("response").GetProperty("body").GetProperty("object").GetString()));

        List<string> listed = [];
        await foreach (BatchJob known in batches.GetBatchesAsync())
        {
            listed.Add(known.Id);
        }

        Assert.Equal([operation.BatchId], listed);
        Assert.True((await files.DeleteFileAsync(input.Id)).Value.Deleted);
        ClientResultException missing = await Assert.ThrowsAsync<ClientResultException>(() => files.GetFileAsync(input.Id));
        Assert.Equal(404, missing.Status);
        Assert.Contains("No such File object", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_official_client_cancels()
    {
        // Without a worker, so that the batch cannot get ahead of the cancellation.
        await using RunningStack stack = await RunningStack.StartAsync();
        OpenAIClient client = Client(stack);
        OpenAIFile input = await client.GetOpenAIFileClient().UploadFileAsync(
            BinaryData.FromString(Line(stack.Model, "a")), "batch-input.jsonl", FileUploadPurpose.Batch);
        CreateBatchOperation operation = await client.GetBatchClient().CreateBatchAsync(
            BinaryContent.Create(BinaryData.FromObjectAsJson(new { input_file_id = input.Id, endpoint = "/v1/chat/completions", completion_window = "24h" })),
            waitUntilCompleted: false);
        await operation.CancelAsync(null);
        await operation.WaitForCompletionAsync();
        JsonElement batch = JsonElement.Parse((await operation.GetBatchAsync(null)).GetRawResponse().Content);
        Assert.Equal("cancelled", batch.GetProperty("status").GetString());
    }

    private static OpenAIClient Client(RunningStack stack) =>
        new(new ApiKeyCredential(RunningStack.Key), new OpenAIClientOptions { Endpoint = new Uri(new Uri(stack.Api.Url), "/v1") });

    private static string Line(string model, string customId) => JsonSerializer.Serialize(new
    {
        custom_id = customId,
        method = "POST",
        url = "/v1/chat/completions",
        body = new { model, messages = new[] { new { role = "user", content = "Say " + customId } } },
    });
}
