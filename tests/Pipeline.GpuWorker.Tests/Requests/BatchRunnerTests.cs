using System.Text.Json.Nodes;
using Pipeline.Engine;
using Pipeline.GpuWorker.Backends.Local;
using Pipeline.GpuWorker.Commands.RunBatch;

namespace Pipeline.GpuWorker.Tests.Requests;

public sealed class BatchRunnerTests : IDisposable
{
    private readonly RequestMapperFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task Every_line_is_answered_in_order_the_bad_ones_with_their_number()
    {
        string input = "\uFEFF" + string.Join("\r\n",
            Line("a", "one"), "", "{bad", """{"method":"POST","url":"/v1/completions","body":{}}""", Line("a", "again"),
            """{"custom_id":"u","method":"POST","url":"/v1/moderations","body":{}}""", """{"custom_id":"g","method":"GET","url":"/v1/completions","body":{}}""",
            """{"custom_id":"s","method":"POST","url":"/v1/completions","body":{"model":"m","prompt":"x","stream":true}}""",
            Line("r", "reject"), Line("f", "fail"), Line("z", "last"));
        JsonNode[] output = await RunAsync(input, window: 3);

        Assert.Equal(
            ["a 200", " invalid_json_line 3", " missing_required_parameter 4", "a duplicate_custom_id 5", "u invalid_url 6",
             "g invalid_method 7", "s 400 streaming_unsupported", "r 400 invalid_value", "f 500 server_error", "z 200"],
            output.Select(Describe));
        Assert.Equal("[one]", (string)output[0]["response"]!["body"]!["choices"]![0]!["text"]!);
        Assert.Equal(output.Length, output.Select(line => (string)line["id"]!).Distinct().Count());
    }

    [Fact]
    public async Task A_failed_engine_ends_the_run_after_what_was_answered()
    {
        var output = new StringWriter();
        BatchRunner runner = Runner(window: 2);
        await Assert.ThrowsAsync<EngineFailedException>(() => runner.RunAsync(
            new StringReader(string.Join('\n', Line("a", "one"), Line("b", "die"), Line("c", "two"))), output, TextWriter.Null, default));
        Assert.Equal("a", (string)JsonNode.Parse(output.ToString().Split('\n')[0])!["custom_id"]!);
    }

    [Fact]
    public async Task The_summary_counts_what_the_lines_took()
    {
        BatchRunner runner = Runner(window: 2);
        await runner.RunAsync(new StringReader(Line("a", "one") + "\n{bad\n" + Line("b", "two")), TextWriter.Null, TextWriter.Null, default);
        string summary = runner.Totals.Summary(TimeSpan.FromSeconds(2));
        Assert.Contains("3 lines answered in 2.0 s, 1 of them with errors", summary, StringComparison.Ordinal);
        Assert.Contains("prompt tokens      8 (4/s), of which cached 4 (50.0%)", summary, StringComparison.Ordinal);
        Assert.Contains("completion tokens  6 (3/s)", summary, StringComparison.Ordinal);
        Assert.Contains("device-seconds     1.50", summary, StringComparison.Ordinal);
    }

    private static string Line(string id, string prompt) =>
        $$$"""{"custom_id":"{{{id}}}","method":"POST","url":"/v1/completions","body":{"model":"m","prompt":"{{{prompt}}}"}}""";

    private static string Describe(JsonNode line)
    {
        string id = (string?)line["custom_id"] ?? "";
        if (line["response"] is not { } response)
        {
            string number = ((string)line["error"]!["message"]!).Split(' ', ':')[1];
            return $"{id} {line["error"]!["code"]} {number}";
        }
        Assert.Null(line["error"]);
        string code = response["body"]!["error"] is { } error ? $" {error["code"]}" : "";
        return $"{id} {response["status_code"]}{code}";
    }

    private async Task<JsonNode[]> RunAsync(string input, int window)
    {
        var output = new StringWriter();
        await Runner(window).RunAsync(new StringReader(input), output, TextWriter.Null, default);
        return [.. output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)];
    }

    private BatchRunner Runner(int window) => new(new GenerationJobs(_fixture.Mapper, GenerateAsync).RunAsync, "m", window, _fixture.Time);

    /// <summary>In the engine's place, which has tests of its own: gives the prompt back, or fails as the prompt says.</summary>
    private async Task<GenerationResult> GenerateAsync(GenerationRequest request, CancellationToken cancellationToken)
    {
        await Task.Yield();
        string prompt = _fixture.Tokenizer.Decode(request.Prompt, skipSpecial: true);
        return prompt switch
        {
            "reject" => throw new RequestRejectedException("invalid_value", "prompt", "no"),
            "fail" => throw new SequenceFailedException("broken"),
            "die" => throw new EngineFailedException("dead", new InvalidOperationException()),
            _ => new GenerationResult
            {
                Tokens = [1, 2, 3], Text = $"[{prompt}]", FinishReason = FinishReason.Stop, PromptTokens = request.Prompt.Count, CachedTokens = 2,
                QueueSeconds = 0, PrefillSeconds = 0.25, DecodeSeconds = 0.5, TimeToFirstTokenSeconds = 0.1,
            },
        };
    }
}
