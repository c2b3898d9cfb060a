using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;
using Pipeline.Engine;
using Pipeline.GpuWorker.Backends;
using Pipeline.GpuWorker.Backends.Local;
using Pipeline.GpuWorker.Requests;
using Pipeline.Tokenization;

namespace Pipeline.GpuWorker.Tests.Requests;

/// <summary>Calls out of the model that ships, which was never taught any: their form comes of the constraint alone.</summary>
public sealed class ShippedModelCallsTests
{
    private const string Parameters =
        """{"type":"object","properties":{"company":{"type":"string"},"total":{"type":["number","null"]},"kind":{"enum":["receipt","invoice"]}},"required":["company","total","kind"],"additionalProperties":false}""";

    private const string Tools =
        """
        "tools":[{"type":"function","function":{"name":"record","strict":true,"parameters":
        """ + Parameters + """
        }},{"type":"function","function":{"name":"skip","parameters":{"type":"object","properties":{},"additionalProperties":false}}}]
        """;

    private static readonly string Model = Path.GetFullPath(Path.Combine(Folder(), "../../../gpu-worker/models/pipeline-extract-small"));

    [Fact]
    public async Task A_call_that_has_to_come_comes_and_its_arguments_validate()
    {
        JsonNode[] messages = await AskAsync(
            """ "tool_choice":"required" """, """ "tool_choice":{"type":"function","function":{"name":"record"}} """, """ "tool_choice":"required","temperature":1.5,"seed":7 """);
        var judge = JsonSchema.FromText(Parameters);
        Assert.All(messages, message =>
        {
            Assert.Null(message["content"]);
            JsonNode[] calls = [.. message["tool_calls"]!.AsArray().Select(call => call!["function"]!)];
            Assert.NotEmpty(calls);
            Assert.All(calls, call => Assert.True((string)call["name"]! == "skip" || judge.Evaluate(JsonElement.Parse((string)call["arguments"]!)).IsValid, call.ToJsonString()));
        });
        Assert.Equal("record", (string)messages[1]["tool_calls"]![0]!["function"]!["name"]!);
    }

    [Fact]
    public async Task Where_the_answer_has_a_form_it_is_that_or_calls()
    {
        JsonNode[] messages = await AskAsync(
            """ "response_format":{"type":"json_object"} """, """ "response_format":{"type":"json_object"},"temperature":1.5,"seed":3 """, """ "temperature":1.5,"seed":4 """);
        Assert.All(messages[..2], message => Assert.True(message["tool_calls"] is not null || JsonElement.Parse((string)message["content"]!).ValueKind == JsonValueKind.Object));
        Assert.All(messages, message => Assert.DoesNotContain("<tool_call>", (string?)message["content"] ?? "", StringComparison.Ordinal));
    }

    private static async Task<JsonNode[]> AskAsync(params string[] settings)
    {
        await using var loop = new EngineLoop(InferenceEngine.Load(new EngineOptions { ModelDirectory = Model, MaxRunningSequences = 8, Threads = 1 }));
        var template = ChatTemplate.Parse(
            "{% for t in tools or [] %}{{ t | tojson }}\n{% endfor %}{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}<|im_start|>assistant\n{# <tool_call> #}");
        var mapper = new RequestMapper(loop.Tokenizer, template, "m", loop.ModelConfig.ContextLength, TimeProvider.System, constraints: loop.Constraints);
        var jobs = new GenerationJobs(mapper, loop.GenerateAsync);
        BackendAnswer[] answers = await Task.WhenAll(settings.Select((setting, i) => jobs.RunAsync(
            new BackendJob($"{i}", Guid.Empty, "m", "/v1/chat/completions",
                """{"model":"m","max_tokens":150,"messages":[{"role":"user","content":"ACME LTD, total 12.50"}],""" + $"{Tools},{setting}}}"),
            TestContext.Current.CancellationToken)));
        return [.. answers.Select(answer => JsonNode.Parse(answer.Body!)!["choices"]?[0]!["message"] ?? throw new InvalidOperationException(answer.Body))];
    }

    private static string Folder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
