using Pipeline.Engine.Tests.Reference;
using Pipeline.Engine.Tests.Support;

namespace Pipeline.Engine.Tests.Behaviour;

/// <summary>Steps that wait for the one before.</summary>
public sealed class EngineBehaviourInStepTests() : EngineBehaviourTests(stepsAhead: 0);

/// <summary>Steps that are launched while the tokens of the one before are on the device alone.</summary>
public sealed class EngineBehaviourAheadTests() : EngineBehaviourTests(stepsAhead: 1);

public abstract class EngineBehaviourTests(int stepsAhead) : IDisposable
{
    private readonly RandomModel _model = new(new() { Seed = 21 });

    public void Dispose()
    {
        _model.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void Seeded_sampling_does_not_depend_on_what_else_runs()
    {
        GenerationRequest request = new()
        {
            Id = "seeded", Prompt = [5, 6, 7], MaxTokens = 40, Sampling = new() { Temperature = 0.9f, TopP = 0.95f, Seed = 42 },
        };
        using InferenceEngine alone = Load();
        IReadOnlyList<int> expected = EngineDriver.Run(alone, request)["seeded"].Tokens;

        using InferenceEngine crowded = InferenceEngine.Load(Options() with { BlockSize = 4, BlockCount = 40 });
        int[][] prompts = EngineDriver.Prompts(20, 97, 40, 3);
        GenerationRequest[] others = [.. prompts.Select((prompt, i) => EngineDriver.Greedy($"{i}", prompt, 30) with
        {
            Sampling = new() { Temperature = i % 3, Seed = i },
        })];
        Dictionary<string, GenerationResult> results = EngineDriver.Run(crowded, [.. others[..10], request, .. others[10..]]);
        Assert.Equal(expected, results["seeded"].Tokens);
        Assert.True(crowded.Statistics.Preemptions > 0);

        IReadOnlyList<int> other = EngineDriver.Run(alone, request with { Sampling = request.Sampling with { Seed = 43 } })["seeded"].Tokens;
        Assert.NotEqual(expected, other);
    }

    [Fact]
    public void Requests_without_a_seed_differ_unless_the_engine_has_one()
    {
        IReadOnlyList<int> Sample(long? seed)
        {
            using InferenceEngine engine = InferenceEngine.Load(Options() with { Seed = seed });
            return EngineDriver.Run(engine, new GenerationRequest { Id = "a", Prompt = [1, 2], MaxTokens = 40 })["a"].Tokens;
        }

        Assert.Equal(Sample(1), Sample(1));
        Assert.NotEqual(Sample(1), Sample(2));
        Assert.NotEqual(Sample(null), Sample(null));
    }

    [Fact]
    public void An_end_token_stops_and_is_the_last_token_unless_ignored()
    {
        using InferenceEngine plain = Load();
        int[] prompt = [9, 8, 7];
        IReadOnlyList<int> tokens = EngineDriver.Run(plain, EngineDriver.Greedy("a", prompt, 20))["a"].Tokens;
        int end = tokens[5];
        int first = tokens.ToList().IndexOf(end);

        using RandomModel ending = new(_model.Shape with { EndTokens = [end, 96] });
        using InferenceEngine engine = InferenceEngine.Load(
            new() { ModelDirectory = ending.Directory, StepsAhead = stepsAhead }, null, null, () => new ScriptDecoder());
        GenerationRequest request = EngineDriver.Greedy("a", prompt, 20);
        GenerationResult stopped = EngineDriver.Run(engine, request)["a"];
        Assert.Equal(tokens.Take(first + 1), stopped.Tokens);
        Assert.Equal(FinishReason.Stop, stopped.FinishReason);
        Assert.Equal(ScriptDecoder.Text(tokens.Take(first)), stopped.Text);
        GenerationResult ignored = EngineDriver.Run(engine, request with { IgnoreEndTokens = true })["a"];
        Assert.Equal((tokens.Count, FinishReason.Length), (ignored.Tokens.Count, ignored.FinishReason));
    }

    [Fact]
    public void A_stop_text_over_tokens_cuts_the_text()
    {
        using InferenceEngine engine = InferenceEngine.Load(Options(), null, null, () => new ScriptDecoder());
        string whole = EngineDriver.Run(engine, EngineDriver.Greedy("a", [4, 5, 6], 20))["a"].Text;
        string stop = whole.Substring(6, 3);
        GenerationResult result = EngineDriver.Run(engine, EngineDriver.Greedy("a", [4, 5, 6], 20) with { Stop = ["never", stop] })["a"];
        int cut = whole.IndexOf(stop, StringComparison.Ordinal);
        Assert.Equal(whole[..cut], result.Text);
        Assert.Equal((FinishReason.Stop, cut + 3), (result.FinishReason, result.CompletionTokens));
    }

    [Fact]
    public void A_cancelled_request_gives_its_blocks_back_at_the_next_step()
    {
        using InferenceEngine engine = InferenceEngine.Load(Options() with { PrefixCaching = false, BlockCount = 50 });
        engine.Add(EngineDriver.Greedy("kept", [1, 2, 3], 30));
        engine.Add(EngineDriver.Greedy("dropped", [.. Enumerable.Range(1, 40)], 30));
        for (int i = 0; i <= stepsAhead; i++)
        {
            engine.Step();
        }

        int used = 50 - engine.Statistics.FreeBlocks;
        Assert.True(engine.Cancel("dropped"));
        Assert.True(engine.Cancel("dropped"));
        Assert.False(engine.Cancel("unknown"));
        StepResult step = engine.Step();
        engine.CheckIntegrity();
        FinishedGeneration dropped = Assert.Single(step.Finished);
        Assert.Equal(("dropped", FinishReason.Cancelled, 1), (dropped.Id, dropped.Result.FinishReason, dropped.Result.CompletionTokens));
        Assert.True(dropped.Result.PrefillSeconds > 0);
        Assert.Equal(used - 3, 50 - engine.Statistics.FreeBlocks);
        Assert.Equal(30, EngineDriver.Drain(engine)["kept"].CompletionTokens);
        Assert.Equal(50, engine.Statistics.FreeBlocks);
    }

    [Fact]
    public void Device_seconds_of_all_results_sum_to_the_busy_time()
    {
        using InferenceEngine engine = InferenceEngine.Load(Options() with { BlockSize = 4, BlockCount = 60, TokenBudget = 50 });
        int[][] prompts = EngineDriver.Prompts(24, 97, 40, 3);
        double sum = 0;
        for (int i = 0; i < prompts.Length; i++)
        {
            engine.Add(EngineDriver.Greedy($"{i}", prompts[i], 20));
        }

        for (int i = 0; engine.HasWork; i++)
        {
            StepResult step = engine.Step();
            sum += step.Finished.Sum(finished => finished.Result.DeviceSeconds);
            Assert.All(step.Finished, f => Assert.True(f.Result.FinishReason == FinishReason.Cancelled || f.Result.DecodeSeconds > 0));
            if (i % 9 == 0)
            {
                engine.Cancel($"{i / 3}");
            }
        }

        Assert.True(engine.BusySeconds > 0);
        Assert.Equal(1, sum / engine.BusySeconds, 9);
    }

    [Fact]
    public void A_request_whose_text_fails_ends_alone()
    {
        using InferenceEngine plain = Load();
        int bad = EngineDriver.Run(plain, EngineDriver.Greedy("a", [1, 2, 3], 10))["a"].Tokens[4];
        int decoders = 0;
        using InferenceEngine engine = InferenceEngine.Load(
            Options(), null, null, () => new ScriptDecoder(++decoders == 2 ? bad : -1));
        engine.Add(EngineDriver.Greedy("bad", [1, 2, 3], 10));
        engine.Add(EngineDriver.Greedy("good", [1, 2, 3], 10));
        List<FinishedGeneration> finished = [];
        while (engine.HasWork)
        {
            finished.AddRange(engine.Step().Finished);
            engine.CheckIntegrity();
        }

        FinishedGeneration failed = finished.Single(f => f.Id == "bad"), good = finished.Single(f => f.Id == "good");
        Assert.IsType<InvalidDataException>(failed.Failure!.InnerException);
        Assert.Equal((FinishReason.Failed, failed.Result), (failed.Result.FinishReason, failed.Failure.Result));
        Assert.Equal((null, 10), (good.Failure, good.Result.CompletionTokens));
    }

    [Fact]
    public void A_model_of_broken_weights_fails_its_requests_and_not_the_engine()
    {
        using RandomModel broken = new(_model.Shape with { BrokenToken = 50 });
        using InferenceEngine engine = InferenceEngine.Load(new() { ModelDirectory = broken.Directory, StepsAhead = stepsAhead, BlockSize = 4, BlockCount = 8 });
        ReferenceModel reference = new(_model.Directory);
        engine.Add(EngineDriver.Greedy("bad", [.. Enumerable.Range(48, 20)], 10));
        engine.Add(EngineDriver.Greedy("good", [1, 2, 3], 10));
        List<FinishedGeneration> finished = [];
        while (engine.HasWork)
        {
            finished.AddRange(engine.Step().Finished);
            engine.CheckIntegrity();
        }

        Assert.Contains("not finite", finished.Single(f => f.Id == "bad").Failure!.Message, StringComparison.Ordinal);
        GreedyCheck.AreGreedy(reference, [1, 2, 3], finished.Single(f => f.Id == "good").Result.Tokens, "good");

        // The blocks that held what is no number are used again, padded into others' batches.
        foreach ((string id, GenerationResult result) in EngineDriver.Run(
            engine, EngineDriver.Greedy("0", [7, 7], 8), EngineDriver.Greedy("1", [.. Enumerable.Range(1, 14)], 8)))
        {
            Assert.Equal(8, result.CompletionTokens);
        }
    }

    [Fact]
    public void A_failed_request_does_no_harm_to_one_that_shares_its_beginning()
    {
        using RandomModel broken = new(_model.Shape with { BrokenToken = 50 });
        using InferenceEngine engine = InferenceEngine.Load(new() { ModelDirectory = broken.Directory, StepsAhead = stepsAhead, BlockSize = 4, BlockCount = 20 });
        int[] shared = [.. Enumerable.Range(1, 12)];
        EngineDriver.Run(engine, EngineDriver.Greedy("before", [.. shared, 3], 1));
        engine.Add(EngineDriver.Greedy("bad", [.. shared, 50], 10));
        engine.Add(EngineDriver.Greedy("good", [.. shared, 20], 10));
        List<FinishedGeneration> finished = [];
        while (engine.HasWork)
        {
            finished.AddRange(engine.Step().Finished);
            engine.CheckIntegrity();
        }

        Assert.NotNull(finished.Single(f => f.Id == "bad").Failure);
        GenerationResult good = finished.Single(f => f.Id == "good").Result;
        Assert.Equal((12, 10), (good.CachedTokens, good.CompletionTokens));
        GreedyCheck.AreGreedy(new ReferenceModel(_model.Directory), [.. shared, 20], good.Tokens, "good");
    }

    [Fact]
    public void Bfloat16_runs_and_mostly_agrees_with_float32()
    {
        using RandomModel stored = new(_model.Shape, TorchSharp.torch.ScalarType.BFloat16);
        using InferenceEngine wide = InferenceEngine.Load(new() { ModelDirectory = stored.Directory, StepsAhead = stepsAhead });
        using InferenceEngine narrow = InferenceEngine.Load(new() { ModelDirectory = stored.Directory, StepsAhead = stepsAhead, Dtype = "bfloat16" });
        GenerationRequest[] requests = [.. EngineDriver.Prompts(40, 97, 30, 3).Select((p, i) => EngineDriver.Greedy($"{i}", p, 1))];
        Dictionary<string, GenerationResult> a = EngineDriver.Run(wide, requests), b = EngineDriver.Run(narrow, requests);
        int same = requests.Count(r => a[r.Id].Tokens[0] == b[r.Id].Tokens[0]);
        Assert.InRange(same, 34, 40);
    }

    private EngineOptions Options() => new() { ModelDirectory = _model.Directory, StepsAhead = stepsAhead, Threads = 1 };

    private InferenceEngine Load() => InferenceEngine.Load(Options());
}
