using Pipeline.Engine.Tests.Reference;
using Pipeline.Engine.Tests.Support;
using static TorchSharp.torch;

namespace Pipeline.Engine.Tests.Greedy;

/// <summary>
/// Every family on small random weights: the engine's greedy tokens are those of the float64 reference, through whole and chunked
/// prefill, decoding over the paged cache, shared prefixes, preemption, and windows longer and shorter than the context.
/// </summary>
public sealed class FamilyTests
{
    public static TheoryData<string> Names => [.. FamilyShapes.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Alone_each_prompt_gives_the_tokens_that_the_reference_generates(string name)
    {
        using RandomModel model = new(FamilyShapes.All[name]);
        ReferenceModel reference = new(model.Directory);
        using InferenceEngine engine = InferenceEngine.Load(new() { ModelDirectory = model.Directory, BlockSize = 8 });
        Assert.Null(engine.KernelWarning);
        foreach (int[] prompt in EngineDriver.Prompts(3, model.Shape.Vocabulary, 30, 1))
        {
            Assert.Equal(reference.Generate(prompt, 10), EngineDriver.Run(engine, EngineDriver.Greedy("a", prompt, 10))["a"].Tokens);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_batch_in_chunks_gives_the_references_tokens(string name) =>
        Check(name, new() { ModelDirectory = "", BlockSize = 8, PrefillChunk = 7, TokenBudget = 100 });

    [Theory]
    [MemberData(nameof(Names))]
    public void A_batch_by_the_reference_kernels_and_a_step_ahead_gives_the_references_tokens(string name) =>
        Check(name, new() { ModelDirectory = "", BlockSize = 16, Kernels = "torch", StepsAhead = 1 });

    [Theory]
    [MemberData(nameof(Names))]
    public void Preemption_in_a_tiny_cache_does_not_change_tokens(string name)
    {
        EngineStatistics statistics = Check(name, new() { ModelDirectory = "", BlockSize = 4, BlockCount = 26, TokenBudget = 64 });
        Assert.True(statistics.Preemptions > 0, $"{statistics.Preemptions} preemptions");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Logits_are_the_references_by_either_kernels(string name)
    {
        using RandomModel model = new(FamilyShapes.All[name]);
        int[] tokens = Text(model, 90);
        double[][] expected = new ReferenceModel(model.Directory).Logits(tokens, 0);
        AssertClose(expected, EngineLogits.Of(model.Directory, tokens), 2e-5);
        AssertClose(expected, EngineLogits.Of(model.Directory, tokens, "torch"), 2e-5);

        // Eight bits everywhere, through up to seven layers of random weights; a token may even go to another expert. On the whole it is right.
        double[][] rounded = EngineLogits.Of(model.Directory, tokens, dtype: "bfloat16");
        Assert.InRange(SquaresOf(expected.Zip(rounded, (e, r) => e.Zip(r, (x, y) => x - y))) / SquaresOf(expected), 0, 0.1 * 0.1);
    }

    [Theory]
    [InlineData(ScalarType.Float32, 1)]
    [InlineData(ScalarType.Float16, 1)]
    [InlineData(ScalarType.BFloat16, 1)]
    [InlineData(ScalarType.BFloat16, 4)]
    public void Weights_of_every_type_on_disk_in_one_file_or_several_are_read(ScalarType type, int shards)
    {
        using RandomModel model = new(FamilyShapes.All["qwen3_moe"] with { Shards = shards }, type);
        int[] tokens = Text(model, 60);
        AssertClose(new ReferenceModel(model.Directory).Logits(tokens, 0), EngineLogits.Of(model.Directory, tokens), 2e-5);
    }

    private static double SquaresOf(IEnumerable<IEnumerable<double>> rows) => rows.Sum(row => row.Sum(value => value * value));

    private static int[] Text(RandomModel model, int length)
    {
        Random random = new(8);
        return [.. Enumerable.Range(0, length).Select(_ => random.Next(model.Shape.Vocabulary))];
    }

    /// <summary>Differences as a share of the largest logit.</summary>
    private static void AssertClose(double[][] expected, double[][] actual, double share)
    {
        double allowed = share * expected.SelectMany(row => row).Max(Math.Abs);
        for (int row = 0; row < expected.Length; row++)
        {
            double worst = expected[row].Zip(actual[row], (e, a) => Math.Abs(e - a)).Max();
            Assert.True(worst <= allowed, $"row {row}: {worst:G3}, where {allowed:G3} is allowed");
        }
    }

    private static EngineStatistics Check(string name, EngineOptions options)
    {
        using RandomModel model = new(FamilyShapes.All[name]);
        int[][] prompts = EngineDriver.Prompts(12, model.Shape.Vocabulary, 70, 5);
        using InferenceEngine engine = InferenceEngine.Load(options with { ModelDirectory = model.Directory });
        Dictionary<string, GenerationResult> results = EngineDriver.Run(
            engine, [.. prompts.Select((prompt, i) => EngineDriver.Greedy($"{i}", prompt, 6 + i))]);
        ReferenceModel reference = new(model.Directory);
        Parallel.For(0, prompts.Length, i => GreedyCheck.AreGreedy(reference, prompts[i], results[$"{i}"].Tokens, $"{name}, {i}"));
        return engine.Statistics;
    }
}
