using Pipeline.Engine.Speculation;
using Pipeline.Engine.Tests.Support;

namespace Pipeline.Engine.Tests.Speculation;

/// <summary>Steps that wait for the one before.</summary>
public sealed class SameTokensInStepTests() : SameTokensTests(stepsAhead: 0);

/// <summary>Steps that are launched while the tokens of the one before are on the device alone.</summary>
public sealed class SameTokensAheadTests() : SameTokensTests(stepsAhead: 1);

/// <summary>Whoever guesses, and however badly: the tokens are those that come without.</summary>
public abstract class SameTokensTests(int stepsAhead) : IDisposable
{
    private readonly RandomModel _model = new(new() { Seed = 31 });

    // Tokens are even and odd in turn.
    private static readonly ListedTokens Alternating = new(tokens => [.. Enumerable.Range(0, 48).Select(i => (2 * i) + (tokens.Count % 2))]);

    public static TheoryData<string> Drafters => ["look-up", "right", "wrong", "mixed", "noise"];

    public void Dispose()
    {
        _model.Dispose();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [MemberData(nameof(Drafters))]
    public void With_room_and_prefix_cache(string drafter) => Compare(drafter, Options() with { TokenBudget = 200 });

    [Theory]
    [MemberData(nameof(Drafters))]
    public void In_a_tiny_cache_with_preemption(string drafter)
    {
        EngineStatistics statistics = Compare(drafter, Options() with { BlockSize = 4, BlockCount = 21, TokenBudget = 64 });
        Assert.True(statistics.Preemptions > 0, $"{statistics.Preemptions} preemptions");
    }

    [Theory]
    [MemberData(nameof(Drafters))]
    public void Without_prefix_cache_in_small_steps(string drafter) =>
        Compare(drafter, Options() with { PrefixCaching = false, TokenBudget = 12, BlockSize = 3 });

    [Theory]
    [InlineData("right")]
    [InlineData("mixed")]
    public void End_tokens_and_stop_texts_in_the_middle_of_a_draft_end_there(string drafter)
    {
        using InferenceEngine plain = InferenceEngine.Load(Options(), StoppedClock.Instance, null, () => new ScriptDecoder());
        GenerationRequest[] requests = Requests(greedy: true);
        Dictionary<string, GenerationResult> unstopped = EngineDriver.Run(plain, requests);
        int end = unstopped["3"].Tokens[7];
        using RandomModel ending = new(_model.Shape with { EndTokens = [end] });
        requests = [.. requests.Select(request => request with { Stop = unstopped[request.Id].Text is { Length: > 12 } text ? [text.Substring(9, 3)] : [] })];
        EngineOptions options = Options() with { ModelDirectory = ending.Directory };
        using InferenceEngine without = InferenceEngine.Load(options, StoppedClock.Instance, null, () => new ScriptDecoder());
        Dictionary<string, GenerationResult> expected = EngineDriver.Run(without, requests);
        Assert.Contains(expected.Values, result => result.Tokens[^1] == end);
        Assert.Contains(expected.Values, result => result.Tokens[^1] != end && result.FinishReason == FinishReason.Stop);

        // It guesses on past the end.
        using InferenceEngine with = InferenceEngine.Load(
            options with { Speculation = SpeculationMode.Lookup, Drafter = () => Drafter(drafter, unstopped) }, StoppedClock.Instance, null, () => new ScriptDecoder());
        AreSame(expected, EngineDriver.Run(with, requests));
        Assert.True(with.Statistics.AcceptedTokens > 50, $"{with.Statistics.AcceptedTokens} accepted");

        // What was computed behind the end is not to be found.
        AreSame(expected, EngineDriver.Run(with, requests));
    }

    [Fact]
    public void Guesses_that_are_right_save_steps()
    {
        GenerationRequest request = EngineDriver.Greedy("a", [1, 2, 3], 60);
        using InferenceEngine plain = InferenceEngine.Load(Options(), StoppedClock.Instance);
        Dictionary<string, GenerationResult> expected = EngineDriver.Run(plain, request);
        using InferenceEngine engine = InferenceEngine.Load(Options() with
        {
            Speculation = SpeculationMode.Lookup, Drafter = () => TestDrafter.Right(expected), MostDrafted = 4,
        }, StoppedClock.Instance);
        GenerationResult result = EngineDriver.Run(engine, request)["a"];
        Assert.Equal(expected["a"].Tokens, result.Tokens);
        EngineStatistics statistics = engine.Statistics;
        Assert.Equal(60, 1 + (statistics.Steps - 1) + statistics.AcceptedTokens);
        Assert.Equal((statistics.DraftedTokens, statistics.AcceptedTokens), (result.DraftedTokens, result.AcceptedTokens));
        Assert.Equal(result.DraftedTokens, result.AcceptedTokens);
    }

    [Fact]
    public void Cancelled_in_the_middle_of_a_draft_a_request_gives_all_back_and_keeps_what_it_had()
    {
        GenerationRequest[] requests = Requests(greedy: true);
        using InferenceEngine plain = InferenceEngine.Load(Options(), StoppedClock.Instance);
        Dictionary<string, GenerationResult> expected = EngineDriver.Run(plain, requests);
        TestDrafter drafter = TestDrafter.Mixed(expected, 97, 0.8, 5);
        using InferenceEngine engine = InferenceEngine.Load(Options() with
        {
            Speculation = SpeculationMode.Lookup, Drafter = () => drafter, BlockCount = 200, PrefixCaching = false,
        }, StoppedClock.Instance);
        foreach (GenerationRequest request in requests)
        {
            engine.Add(request);
        }

        Dictionary<string, GenerationResult> results = [];
        for (int i = 0; engine.HasWork; i++)
        {
            engine.Cancel($"{i}");
            foreach (FinishedGeneration finished in engine.Step().Finished)
            {
                results.Add(finished.Id, finished.Result);
            }

            engine.CheckIntegrity();
        }

        Assert.Equal(requests.Length, drafter.Forgotten);
        Assert.Equal(200, engine.Statistics.FreeBlocks);
        Assert.Contains(results.Values, result => result.FinishReason == FinishReason.Cancelled && result.AcceptedTokens > 0);
        foreach ((string id, GenerationResult result) in results)
        {
            Assert.Equal(expected[id].Tokens.Take(result.Tokens.Count), result.Tokens);
        }
    }

    [Fact]
    public void Device_seconds_of_all_results_sum_to_the_busy_time()
    {
        GenerationRequest[] requests = Requests(greedy: false);
        using InferenceEngine plain = InferenceEngine.Load(Options());
        Dictionary<string, GenerationResult> expected = EngineDriver.Run(plain, requests);
        using InferenceEngine engine = InferenceEngine.Load(Options() with
        {
            BlockSize = 4, BlockCount = 60, Speculation = SpeculationMode.Lookup, Drafter = () => TestDrafter.Mixed(expected, 97, 0.7, 6),
        });
        double sum = EngineDriver.Run(engine, requests).Values.Sum(result => result.DeviceSeconds);
        Assert.Equal(1, sum / engine.BusySeconds, 9);
    }

    [Fact]
    public void A_request_may_ask_for_it_or_not_whatever_the_engine_does()
    {
        GenerationRequest request = EngineDriver.Greedy("a", [1, 2, 3], 40);
        using InferenceEngine usually = InferenceEngine.Load(Options() with { Speculation = SpeculationMode.Lookup, Drafter = Noise }, StoppedClock.Instance);
        using InferenceEngine never = InferenceEngine.Load(Options() with { Drafter = Noise }, StoppedClock.Instance);
        Assert.True(EngineDriver.Run(usually, request)["a"].DraftedTokens > 0);
        Assert.Equal(0, EngineDriver.Run(usually, request with { Speculation = SpeculationMode.Off })["a"].DraftedTokens);
        Assert.True(EngineDriver.Run(never, request with { Speculation = SpeculationMode.Lookup })["a"].DraftedTokens > 0);
        Assert.Equal(0, EngineDriver.Run(never, request)["a"].DraftedTokens);
        RequestRejectedException rejected = Assert.Throws<RequestRejectedException>(() => never.Add(request with { Speculation = SpeculationMode.Draft }));
        Assert.Equal("speculation", rejected.Param);
    }

    private static TestDrafter Noise() => new TestDrafter(request => [request.Tokens[^1], 3, 4]);

    private static IDrafter Drafter(string name, Dictionary<string, GenerationResult> answers) => name switch
    {
        "look-up" => new PromptLookup(),
        "right" => TestDrafter.Right(answers),
        "wrong" => TestDrafter.Wrong(answers, 97),
        "mixed" => TestDrafter.Mixed(answers, 97, 0.7, 3),
        _ => new TestDrafter(request => Enumerable.Range(0, request.Generated % 9).Select(i => ((i * 31) + request.Tokens[^1]) % 97)),
    };

    private static void AreSame(Dictionary<string, GenerationResult> expected, Dictionary<string, GenerationResult> actual)
    {
        Assert.Equal(expected.Keys.Order(), actual.Keys.Order());
        foreach ((string id, GenerationResult result) in actual)
        {
            Assert.Equal(expected[id].Tokens, result.Tokens);
            Assert.Equal((expected[id].Text, expected[id].FinishReason), (result.Text, result.FinishReason));
        }
    }

    /// <summary>Greedy and plain; or half of them drawn, some with penalties, some constrained, some with an end that must not come yet.</summary>
    private static GenerationRequest[] Requests(bool greedy) =>
        [.. EngineDriver.Prompts(24, 97, 40, 8).Select((prompt, i) => EngineDriver.Greedy($"{i}", prompt, 1 + (i * 7 % 40)) with
        {
            Sampling = greedy ? new() { Temperature = 0 } : new()
            {
                Temperature = i % 2 == 0 ? 0 : 0.8f, TopP = i % 4 == 1 ? 0.9f : 1, Seed = i, FrequencyPenalty = i % 5 == 2 ? 0.6f : 0,
                RepetitionPenalty = i % 5 == 4 ? 1.3f : 1,
            },
            Constraint = !greedy && i % 5 == 3 ? Alternating : null,
            MinTokens = !greedy && i % 3 == 1 ? i % 7 : 0,
            StopTokens = [i],
        })];

    private static EngineStatistics Compare(string drafter, EngineOptions options)
    {
        GenerationRequest[] requests = Requests(greedy: false);
        using InferenceEngine plain = InferenceEngine.Load(options, StoppedClock.Instance);
        Dictionary<string, GenerationResult> expected = EngineDriver.Run(plain, requests);
        using InferenceEngine engine = InferenceEngine.Load(options with { Speculation = SpeculationMode.Lookup, Drafter = () => Drafter(drafter, expected) }, StoppedClock.Instance);
        AreSame(expected, EngineDriver.Run(engine, requests));
        EngineStatistics statistics = engine.Statistics;
        Assert.True(statistics.DraftedTokens > 0 || drafter == "look-up");
        Assert.Equal(drafter == "right", statistics.DraftedTokens == statistics.AcceptedTokens && drafter != "look-up");
        Assert.True(drafter != "wrong" || statistics.AcceptedTokens == 0);
        return statistics;
    }

    private EngineOptions Options() => new() { ModelDirectory = _model.Directory, StepsAhead = stepsAhead, Threads = 1 };
}
