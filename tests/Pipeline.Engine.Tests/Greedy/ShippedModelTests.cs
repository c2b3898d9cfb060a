using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Pipeline.Engine.Tests.Reference;
using Pipeline.Engine.Tests.Support;
using Pipeline.Tokenization;

namespace Pipeline.Engine.Tests.Greedy;

/// <summary>The model that ships, on prompts like those it was made for.</summary>
public sealed class ShippedModelTests
{
    private const int Count = 32;

    private static readonly string Model = Path.GetFullPath(Path.Combine(Folder(), "../../../gpu-worker/models/pipeline-extract-small"));

    private static readonly Lazy<ReferenceModel> Reference = new(() => new ReferenceModel(Model));

    private static readonly ConcurrentDictionary<int, int[]> Confirmed = [];

    [Theory]
    [InlineData(64, 16, 512, null, true, 0)]
    [InlineData(64, 16, 512, null, true, 1)]
    [InlineData(64, 16, 512, null, false, 0)]
    [InlineData(64, 16, 23, null, true, 0)]
    [InlineData(1, 16, 512, null, true, 0)]
    [InlineData(64, 8, 512, 60, true, 0)]
    [InlineData(64, 8, 512, 60, true, 1)]
    public void Every_token_is_the_references(int running, int blockSize, int chunk, int? blocks, bool prefixCaching, int stepsAhead)
    {
        using InferenceEngine engine = InferenceEngine.Load(new()
        {
            ModelDirectory = Model, MaxRunningSequences = running, BlockSize = blockSize, PrefillChunk = chunk,
            BlockCount = blocks, PrefixCaching = prefixCaching, StepsAhead = stepsAhead,
        });
        int[][] prompts = Prompts(engine.Tokenizer);
        Dictionary<string, GenerationResult> results = EngineDriver.Run(
            engine, [.. prompts.Select((prompt, i) => EngineDriver.Greedy($"{i}", prompt, 24) with { IgnoreEndTokens = true })]);
        Assert.Equal(blocks is not null, engine.Statistics.Preemptions > 0);
        Parallel.For(0, Count, i => Check(i, prompts[i], results[$"{i}"].Tokens));
    }

    // The reference takes its time: what it confirmed once it need not confirm again.
    private static void Check(int index, int[] prompt, IReadOnlyList<int> tokens)
    {
        if (!Confirmed.TryGetValue(index, out int[]? confirmed) || !confirmed.SequenceEqual(tokens))
        {
            GreedyCheck.AreGreedy(Reference.Value, prompt, tokens, $"{index}");
            Confirmed[index] = [.. tokens];
        }
    }

    private static int[][] Prompts(Tokenizer tokenizer) => [.. Enumerable.Range(0, Count).Select(i => tokenizer.Encode(
        "Extract the fields company, date, address and total from this receipt as JSON.\n\n"
        + $"HARBOUR STORE {i * 37 % 11}\n{i + 1} QUAY ROAD\nDATE: {1 + (i % 28):00}/0{1 + (i % 9)}/2019\n"
        + string.Concat(Enumerable.Range(0, i % 5).Select(line => $"ITEM {line}  {line + 1} x {(i + 3) * 1.15:F2}\n"))
        + $"TOTAL {(i + 3) * 4.35:F2}\n", addSpecialTokens: true))];

    private static string Folder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
