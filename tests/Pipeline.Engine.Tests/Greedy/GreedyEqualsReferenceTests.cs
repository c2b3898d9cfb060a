using Pipeline.Engine.Tests.Reference;
using Pipeline.Engine.Tests.Support;

namespace Pipeline.Engine.Tests.Greedy;

/// <summary>Steps that wait for the one before.</summary>
public sealed class GreedyEqualsReferenceInStepTests() : GreedyEqualsReferenceTests(stepsAhead: 0);

/// <summary>Steps that are launched while the tokens of the one before are on the device alone.</summary>
public sealed class GreedyEqualsReferenceAheadTests() : GreedyEqualsReferenceTests(stepsAhead: 1);

public abstract class GreedyEqualsReferenceTests(int stepsAhead)
{
    private static readonly Dictionary<string, ModelShape> Shapes = new()
    {
        ["grouped"] = new() { Seed = 11 },
        ["one key head, tied, wide heads"] = new() { Heads = 6, KeyValueHeads = 1, HeadSize = 16, Tied = true, Seed = 12 },
        ["biased, scaled rope, ungrouped"] = new() { Heads = 3, KeyValueHeads = 3, HeadSize = 10, Hidden = 30, Bias = true, Llama3Rope = true, Seed = 13 },
        ["deep"] = new() { Hidden = 64, Intermediate = 160, Layers = 5, Heads = 8, KeyValueHeads = 4, Vocabulary = 512, Seed = 14 },
    };

    public static TheoryData<string> ShapeNames => [.. Shapes.Keys];

    [Theory]
    [MemberData(nameof(ShapeNames))]
    public void Alone_each_prompt_gives_the_tokens_that_the_reference_generates(string shape)
    {
        using RandomModel model = new(Shapes[shape]);
        ReferenceModel reference = new(model.Directory);
        using InferenceEngine engine = InferenceEngine.Load(new() { ModelDirectory = model.Directory, StepsAhead = stepsAhead, BlockSize = 8 });
        foreach (int[] prompt in EngineDriver.Prompts(4, model.Shape.Vocabulary, 30, 1))
        {
            GenerationResult result = EngineDriver.Run(engine, EngineDriver.Greedy("a", prompt, 12))["a"];
            Assert.Equal(reference.Generate(prompt, 12), result.Tokens);
            Assert.Equal(FinishReason.Length, result.FinishReason);
        }
    }

    [Theory]
    [MemberData(nameof(ShapeNames))]
    public void A_mixed_batch_of_32_gives_the_references_tokens_with_and_without_prefix_cache(string shape)
    {
        using RandomModel model = new(Shapes[shape]);
        foreach (bool prefixCaching in new[] { true, false })
        {
            EngineOptions options = new() { ModelDirectory = model.Directory, StepsAhead = stepsAhead, BlockSize = 8, PrefixCaching = prefixCaching, TokenBudget = 200 };
            Dictionary<string, GenerationResult> results = RunBatch(model, options, 32, 60, 20, out _);
            Assert.Equal(prefixCaching, results.Values.Any(result => result.CachedTokens > 0));
        }
    }

    [Theory]
    [InlineData(1, 16)]
    [InlineData(3, 16)]
    [InlineData(7, 4)]
    [InlineData(16, 16)]
    [InlineData(33, 16)]
    public void Chunks_that_split_blocks_give_the_references_tokens(int chunk, int blockSize)
    {
        using RandomModel model = new(Shapes["grouped"]);
        EngineOptions options = new() { ModelDirectory = model.Directory, StepsAhead = stepsAhead, BlockSize = blockSize, PrefillChunk = chunk, TokenBudget = 64 };
        RunBatch(model, options, 16, 90, 10, out _);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Preemption_in_a_tiny_cache_does_not_change_tokens(bool prefixCaching)
    {
        using RandomModel model = new(Shapes["grouped"]);
        EngineOptions options = new()
        {
            ModelDirectory = model.Directory, StepsAhead = stepsAhead, BlockSize = 4, BlockCount = 24, PrefixCaching = prefixCaching, TokenBudget = 64,
        };
        RunBatch(model, options, 32, 40, 40, out EngineStatistics statistics);
        Assert.True(statistics.Preemptions > 10, $"{statistics.Preemptions} preemptions");
    }

    [Fact]
    public void A_full_prefix_hit_still_computes_a_token_and_repeats_the_answer()
    {
        using RandomModel model = new(Shapes["grouped"]);
        using InferenceEngine engine = InferenceEngine.Load(new() { ModelDirectory = model.Directory, StepsAhead = stepsAhead, BlockSize = 8 });
        int[] prompt = [.. Enumerable.Range(1, 32)];
        GenerationResult first = EngineDriver.Run(engine, EngineDriver.Greedy("a", prompt, 8))["a"];
        GenerationResult again = EngineDriver.Run(engine, EngineDriver.Greedy("b", prompt, 8))["b"];
        GenerationResult salted = EngineDriver.Run(engine, EngineDriver.Greedy("c", prompt, 8) with { CacheSalt = "other" })["c"];
        Assert.Equal((0, 24, 0), (first.CachedTokens, again.CachedTokens, salted.CachedTokens));
        Assert.Equal(first.Tokens, again.Tokens);
        Assert.Equal(first.Tokens, salted.Tokens);
    }

    [Fact]
    public void Equal_prompts_that_start_in_one_step_share_blocks_at_once()
    {
        using RandomModel model = new(Shapes["grouped"]);
        ReferenceModel reference = new(model.Directory);
        using InferenceEngine engine = InferenceEngine.Load(new() { ModelDirectory = model.Directory, StepsAhead = stepsAhead, BlockSize = 8 });
        int[] prompt = [.. Enumerable.Range(1, 30)];
        Dictionary<string, GenerationResult> results = EngineDriver.Run(
            engine, [.. Enumerable.Range(0, 5).Select(i => EngineDriver.Greedy($"{i}", [.. prompt, i + 1], 10))]);
        Assert.Equal([0, 24, 24, 24, 24], results.OrderBy(r => r.Key).Select(r => r.Value.CachedTokens));
        foreach ((string id, GenerationResult result) in results)
        {
            GreedyCheck.AreGreedy(reference, [.. prompt, int.Parse(id) + 1], result.Tokens, id);
        }
    }

    private static Dictionary<string, GenerationResult> RunBatch(
        RandomModel model, EngineOptions options, int count, int longest, int maxTokens, out EngineStatistics statistics)
    {
        int[][] prompts = EngineDriver.Prompts(count, model.Shape.Vocabulary, longest, 5);
        using InferenceEngine engine = InferenceEngine.Load(options);
        Dictionary<string, GenerationResult> results = EngineDriver.Run(
            engine, [.. prompts.Select((prompt, i) => EngineDriver.Greedy($"{i}", prompt, 1 + ((i * 7) % maxTokens)))]);
        ReferenceModel reference = new(model.Directory);
        Assert.Equal(count, results.Count);
        Parallel.For(0, count, i => GreedyCheck.AreGreedy(reference, prompts[i], results[$"{i}"].Tokens, $"{i}"));
        statistics = engine.Statistics;
        return results;
    }
}
