using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;
using Pipeline.Engine;
using Pipeline.GpuWorker.Backends.Local;
using Pipeline.GpuWorker.Commands.RunBatch;
using Pipeline.GpuWorker.Requests;
using Pipeline.Tokenization;

namespace Pipeline.GpuWorker.Tests.Requests;

/// <summary>
/// Real receipts through <c>run-batch</c> with a strict schema and without. Needs <c>PIPELINE_RECEIPTS</c>: a file of
/// <c>{"id","text","fields"}</c> lines, such as those of the ICDAR 2019 SROIE challenge.
/// </summary>
public sealed class ReceiptsTests
{
    private const string Schema =
        """
        {"type":"object","properties":{"company":{"type":["string","null"]},"date":{"type":["string","null"]},"address":{"type":["string","null"]},"total":{"type":["string","null"]}},
        "required":["company","date","address","total"],"additionalProperties":false}
        """;

    private static readonly string[] Fields = ["company", "date", "address", "total"];

    private static readonly string Model = Path.GetFullPath(Path.Combine(Folder(), "../../../gpu-worker/models/pipeline-extract-small"));

    [Fact]
    public async Task Every_answer_validates_and_no_field_is_found_less_often_than_without_a_schema()
    {
        string? path = Environment.GetEnvironmentVariable("PIPELINE_RECEIPTS");
        Assert.SkipWhen(path is null, "PIPELINE_RECEIPTS names no file of receipts.");
        JsonElement[] receipts = [.. File.ReadLines(path!).Where(line => line.Length > 0).Select(line => JsonElement.Parse(line))];
        Dictionary<string, string> with = await RunAsync(receipts, JsonNode.Parse(Schema)), without = await RunAsync(receipts, null);
        var judge = JsonSchema.FromText(Schema);
        Assert.Equal(receipts.Length, with.Count);
        Assert.All(with, answer => Assert.True(judge.Evaluate(JsonElement.Parse(answer.Value)).IsValid, $"{answer.Key}: {answer.Value}"));
        Assert.All(Fields, field =>
        {
            int found = Count(receipts, with, field), before = Count(receipts, without, field);
            Assert.True(found >= before, $"{field}: {found} with a schema, {before} without");
            TestContext.Current.TestOutputHelper?.WriteLine($"{field}: {found} of {receipts.Length} exactly right with a schema, {before} without");
        });
    }

    private static int Count(JsonElement[] receipts, Dictionary<string, string> answers, string field) => receipts.Count(receipt =>
        answers.TryGetValue(receipt.GetProperty("id").GetString()!, out string? answer) && Value(answer, field) is { } value
        && receipt.GetProperty("fields").TryGetProperty(field, out JsonElement expected) && value == expected.GetString());

    private static string? Value(string answer, string field)
    {
        try
        {
            JsonElement read = JsonElement.Parse(answer);
            return read.ValueKind == JsonValueKind.Object && read.TryGetProperty(field, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (JsonException)
        {
            return null; // Without a schema an answer need not be JSON.
        }
    }

    private static async Task<Dictionary<string, string>> RunAsync(JsonElement[] receipts, JsonNode? schema)
    {
        await using var loop = new EngineLoop(InferenceEngine.Load(new EngineOptions { ModelDirectory = Model, MaxRunningSequences = 64 }));
        var mapper = new RequestMapper(
            loop.Tokenizer, ChatTemplate.Load(Model), "m", loop.ModelConfig.ContextLength, TimeProvider.System, constraints: loop.Constraints);
        using var input = new StringReader(string.Join('\n', receipts.Select(receipt => Line(receipt, schema))));
        using var output = new StringWriter();
        await new BatchRunner(new GenerationJobs(mapper, loop.GenerateAsync).RunAsync, "m", 4 * loop.MaxRunning, TimeProvider.System).RunAsync(input, output, TextWriter.Null, TestContext.Current.CancellationToken);
        return output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line)).ToDictionary(
            line => line.GetProperty("custom_id").GetString()!,
            line => line.GetProperty("response").GetProperty("body").GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!);
    }

    private static string Line(JsonElement receipt, JsonNode? schema)
    {
        var body = new JsonObject
        {
            ["model"] = "m", ["temperature"] = 0, ["max_tokens"] = 200,
            // One receipt is longer than the context: its beginning is cut.
            ["truncate_prompt_tokens"] = -1,
            ["messages"] = new JsonArray(new JsonObject
            {
                ["role"] = "user", ["content"] = $"Extract the fields company, date, address and total from this receipt as JSON.\n\n{receipt.GetProperty("text").GetString()}",
            }),
        };
        if (schema is not null)
        {
            body["response_format"] = new JsonObject
            {
                ["type"] = "json_schema", ["json_schema"] = new JsonObject { ["name"] = "receipt", ["strict"] = true, ["schema"] = schema.DeepClone() },
            };
        }

        return new JsonObject { ["custom_id"] = receipt.GetProperty("id").GetString(), ["method"] = "POST", ["url"] = "/v1/chat/completions", ["body"] = body }.ToJsonString();
    }

    private static string Folder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
