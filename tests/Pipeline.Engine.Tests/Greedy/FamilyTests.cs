using Pipeline.Engine.Tests.Reference;
using Pipeline.Engine.Tests.Support;

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
        Assert.True(statistics.Preemptions > 2, $"{statistics.Preemptions} preemptions");
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
