using System.Text.Json;
using Pipeline.EndToEnd.Tests.Support;

namespace Pipeline.EndToEnd.Tests;

/// <summary>OpenAI's clients for JavaScript and Python, unchanged but for their address, against the running API and a worker.</summary>
public sealed class ScriptClientTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public Task The_official_client_for_JavaScript_goes_through_the_whole_cycle() => GoAsync(ScriptClients.RunNodeAsync);

    [Fact]
    public Task The_official_client_for_Python_goes_through_the_whole_cycle() => GoAsync(ScriptClients.RunPythonAsync);

    private static async Task GoAsync(Func<RunningStack, CancellationToken, Task<JsonElement>> run)
    {
        await using RunningStack stack = await RunningStack.StartAsync(("Pipeline:Worker:Echo:DelayMilliseconds", "200"));
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        await stack.StartWorker().ReadyAsync();
        JsonElement seen = await run(stack, patience.Token);
        CheckCycle(seen);
        CheckCancelAndFailure(seen);
        CheckErrors(seen);
        CheckRetries(seen);
        CheckLists(seen);
    }

    private static void CheckCycle(JsonElement seen)
    {
        Assert.Equal(("file", "batch", "input.jsonl", "processed"), (Text(seen, "file", "object"), Text(seen, "file", "purpose"), Text(seen, "file", "filename"), Text(seen, "file", "status")));
        Assert.Equal(("batch", "validating", "test"), (Text(seen, "created", "object"), Text(seen, "created", "status"), Text(seen, "created", "metadata", "purpose")));
        Assert.Equal("completed", Text(seen, "ended", "status"));
        Assert.Equal(3, At(seen, "ended", "request_counts", "completed").GetInt32());
        Assert.True(At(seen, "ended", "usage", "total_tokens").GetInt32() > 0);
        Assert.Equal(["a", "b", "c"], At(seen, "custom_ids").EnumerateArray().Select(id => id.GetString()));
        Assert.True(At(seen, "deleted", "deleted").GetBoolean());
    }

    private static void CheckCancelAndFailure(JsonElement seen)
    {
        Assert.Equal(("cancelling", "cancelled"), (Text(seen, "cancelling"), Text(seen, "cancelled")));
        Assert.Equal("failed", Text(seen, "failed", "status"));
        Assert.Equal(
            [("invalid_json_line", 2), ("duplicate_custom_id", 3)],
            At(seen, "failed", "errors", "data").EnumerateArray().Select(error => (Text(error, "code"), error.GetProperty("line").GetInt32())));
    }

    private static void CheckErrors(JsonElement seen)
    {
        Assert.Equal(("NotFoundError", 404, "id"), Refusal(seen, "missing_file"));
        Assert.Equal("NotFoundError", Text(seen, "missing_batch", "error"));
        Assert.Equal(("BadRequestError", 400, "endpoint"), Refusal(seen, "bad_endpoint"));
        Assert.Equal("invalid_value", Text(seen, "bad_endpoint", "code"));
        Assert.Equal(("AuthenticationError", 401), (Text(seen, "wrong_key", "error"), At(seen, "wrong_key", "status").GetInt32()));
    }

    private static void CheckRetries(JsonElement seen)
    {
        // The reply says that to ask again is no use: without that, both clients would, twice.
        Assert.Equal(("ConflictError", 409, 1), (Text(seen, "conflict", "error"), At(seen, "conflict", "status").GetInt32(), At(seen, "conflict", "requests").GetInt32()));
        Assert.Contains("Cannot cancel a batch with status 'completed'.", Text(seen, "conflict", "message"), StringComparison.Ordinal);
        Assert.Equal(2, At(seen, "lost", "requests").GetInt32());
        Assert.Equal(2, At(seen, "limited", "requests").GetInt32());
        Assert.Equal(Text(seen, "created", "id"), Text(seen, "limited", "answer", "id"));
        Assert.Equal(("RateLimitError", 3), (Text(seen, "over_limit", "error"), At(seen, "over_limit", "requests").GetInt32()));
    }

    /// <summary>Page by page, newest first: four batches, of which one was asked for twice.</summary>
    private static void CheckLists(JsonElement seen)
    {
        string?[] listed = [.. At(seen, "listed").EnumerateArray().Select(id => id.GetString())];
        Assert.Equal(4, listed.Length);
        Assert.Equal((Text(seen, "lost", "answer", "id"), Text(seen, "failed", "id"), Text(seen, "created", "id")), (listed[0], listed[1], listed[3]));
        string?[] files = [.. At(seen, "files").EnumerateArray().Select(id => id.GetString())];
        Assert.Equal(3, files.Distinct().Count());
        Assert.Equal(Text(seen, "file", "id"), files[^1]);
    }

    private static (string Error, int Status, string Param) Refusal(JsonElement seen, string name) =>
        (Text(seen, name, "error"), At(seen, name, "status").GetInt32(), Text(seen, name, "param"));

    private static string Text(JsonElement element, params string[] path) => At(element, path).GetString() ?? "";

    private static JsonElement At(JsonElement element, params string[] path) => path.Aggregate(element, (inner, name) => inner.GetProperty(name));
}
