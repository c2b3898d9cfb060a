using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipeline.Engine.Tests.Support;
using Pipeline.Tokenization;

namespace Pipeline.Engine.Tests.Speculation;

/// <summary>The model that ships, on the documents that come with it.</summary>
public sealed class ShippedModelTests
{
    private const int Count = 40;

    private static readonly string Models = Path.GetFullPath(Path.Combine(Folder(), "../../../gpu-worker/models"));

    private static readonly string Model = Path.Combine(Models, "pipeline-extract-small");

    [Theory]
    [InlineData(1, 0)]
    [InlineData(4, 0)]
    [InlineData(16, 1)]
    public void Look_up_changes_no_answer_and_saves_steps(int running, int stepsAhead)
    {
        EngineOptions options = new() { ModelDirectory = Model, MaxRunningSequences = running, StepsAhead = stepsAhead, BlockCount = 2000 };
        using InferenceEngine plain = InferenceEngine.Load(options, StoppedClock.Instance),
            engine = InferenceEngine.Load(options with { Speculation = SpeculationMode.Lookup }, StoppedClock.Instance);
        GenerationRequest[] requests = Requests(plain.Tokenizer);
        Dictionary<string, GenerationResult> expected = EngineDriver.Run(plain, requests), actual = EngineDriver.Run(engine, requests);
        foreach ((string id, GenerationResult result) in expected)
        {
            Assert.Equal((id, result.Text), (id, actual[id].Text));
            Assert.Equal(result.Tokens, actual[id].Tokens);
        }

        EngineStatistics statistics = engine.Statistics;
        Assert.True(statistics.AcceptedTokens > expected.Values.Sum(result => result.CompletionTokens) / 10, $"{statistics.AcceptedTokens} accepted");
        Assert.Equal(statistics.AcceptedTokens, actual.Values.Sum(result => result.AcceptedTokens));
        Assert.True(statistics.Steps < plain.Statistics.Steps);
    }

    /// <summary>Extraction from documents: mostly greedy, some drawn.</summary>
    private static GenerationRequest[] Requests(Tokenizer tokenizer) =>
        [.. File.ReadLines(Path.Combine(Models, "samples/documents.jsonl")).Take(Count).Select((line, i) =>
        {
            JsonElement document = JsonElement.Parse(line);
            string prompt = $"<|im_start|>user\n{document.GetProperty("instruction").GetString()}\n\n{document.GetProperty("text").GetString()}<|im_end|>\n<|im_start|>assistant\n";
            return EngineDriver.Greedy($"{i}", tokenizer.Encode(prompt, addSpecialTokens: true), 80) with
            {
                Sampling = new() { Temperature = i % 4 == 3 ? 0.7f : 0, Seed = i },
            };
        })];

    private static string Folder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
