using Pipeline.Engine.Speculation;
using Pipeline.Engine.Tests.Support;

namespace Pipeline.Engine.Tests.Speculation;

/// <summary>What guessing is said to have gained, by clocks that tests make: nothing depends on how long things take.</summary>
public sealed class GuessingGainTests : IDisposable
{
    private readonly RandomModel _model = new(new() { Seed = 31 });

    public void Dispose() => _model.Dispose();

    [Fact]
    public void Tokens_of_checked_steps_count_as_plain_steps_of_their_own()
    {
        StepCosts costs = new();
        costs.Add(1, 0.010);
        costs.Add(5, 0.012);
        GuessingGain gain = new();

        // Four guesses that were right, then four that were wrong.
        gain.Add(1, steps: 5, seconds: 0.012);
        Assert.Equal(0.050 - 0.012, gain.SavedSeconds(costs)!.Value, 9);
        gain.Add(1, steps: 1, seconds: 0.012);
        Assert.Equal(0.060 - 0.024, gain.SavedSeconds(costs)!.Value, 9);
    }

    [Fact]
    public void What_no_step_was_measured_for_counts_neither_way_and_is_learned_later()
    {
        StepCosts costs = new();
        costs.Add(5, 0.012);
        GuessingGain gain = new();
        Assert.Null(gain.SavedSeconds(costs));
        gain.Add(1, steps: 5, seconds: 0.012);
        Assert.Null(gain.SavedSeconds(costs));
        costs.Add(1, 0.010);
        Assert.Equal(0.038, gain.SavedSeconds(costs)!.Value, 9);
        gain.AddKnown(0.003, 0.004);
        Assert.Equal(0.037, gain.SavedSeconds(costs)!.Value, 9);
    }

    [Fact]
    public void Guesses_that_are_all_right_gain_and_those_that_are_all_wrong_lose()
    {
        Dictionary<string, GenerationResult> answers = Run(null, new TickingClock());
        Assert.All(answers.Values, result => Assert.Null(result.PlainDecodeSeconds));

        Dictionary<string, GenerationResult> right = Run(TestDrafter.Right(answers), new TickingClock());
        Assert.All(right.Values, result => Assert.True(Gain(result) > 1.5, $"{result.AcceptedTokens} of {result.DraftedTokens}: {Gain(result)}"));

        TickingClock clock = new();
        Dictionary<string, GenerationResult> wrong = Run(TestDrafter.Wrong(answers, 97, () => clock.Pass(20)), clock);
        Assert.All(wrong.Values, result => Assert.True(result.DraftedTokens > 0 && Gain(result) < 1, $"{result.DraftedTokens} drafted: {Gain(result)}"));
    }

    private static double Gain(GenerationResult result) => result.PlainDecodeSeconds!.Value / result.DecodeSeconds;

    private Dictionary<string, GenerationResult> Run(TestDrafter? drafter, TickingClock clock)
    {
        using InferenceEngine engine = InferenceEngine.Load(
            new EngineOptions
            {
                ModelDirectory = _model.Directory, StepsAhead = 0, Threads = 1, MostDrafted = 4,
                Speculation = drafter is null ? SpeculationMode.Off : SpeculationMode.Lookup, Drafter = drafter is null ? null : () => drafter,
            },
            clock);
        return EngineDriver.Run(engine, EngineDriver.Greedy("a", [1, 2, 3], 60), EngineDriver.Greedy("b", [4, 5, 6, 7], 60));
    }
}
