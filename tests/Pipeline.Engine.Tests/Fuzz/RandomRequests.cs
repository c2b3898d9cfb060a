using Pipeline.Engine.Tests.Support;

namespace Pipeline.Engine.Tests.Fuzz;

/// <summary>Requests with whatever may be asked for, drawn from a seed: the same seed gives the same requests.</summary>
/// <param name="seed">The seed.</param>
/// <param name="vocabulary">Tokens that the model knows.</param>
/// <param name="longest">Tokens of the longest prompt.</param>
internal sealed class RandomRequests(int seed, int vocabulary, int longest)
{
    private readonly Random _random = new(seed);
    private readonly int[][] _beginnings = EngineDriver.Prompts(20, vocabulary, longest, seed);

    /// <summary>What outputs may be constrained to; one in four requests is. Empty for none.</summary>
    public IReadOnlyList<OutputConstraint> Constraints { get; init; } = [];

    /// <summary>Draws the next request.</summary>
    public GenerationRequest Next(string id)
    {
        int most = _random.Next(1, 13);
        return new GenerationRequest
        {
            Id = id,
            Prompt = Prompt(),
            MaxTokens = most,
            MinTokens = Sometimes(5) ? _random.Next(0, most + 1) : 0,
            Sampling = Sampling(),
            Stop = Sometimes(5) ? [ScriptDecoder.Text([_random.Next(vocabulary)]), ScriptDecoder.Text([1, 2])] : [],
            StopTokens = Sometimes(5) ? [_random.Next(vocabulary), _random.Next(vocabulary)] : [],
            IgnoreEndTokens = Sometimes(3),
            Logprobs = Sometimes(4) ? _random.Next(0, 6) : null,
            PromptLogprobs = Sometimes(12) ? _random.Next(0, 6) : null,
            Constraint = Constraints.Count > 0 && Sometimes(4) ? Constraints[_random.Next(Constraints.Count)] : null,
            CacheSalt = Sometimes(10) ? "other" : "",
        };
    }

    private bool Sometimes(int times) => _random.Next(times) == 0;

    private int[] Prompt()
    {
        int[] beginning = _beginnings[_random.Next(_beginnings.Length)];
        int[] own = [.. Enumerable.Range(0, _random.Next(1, 4)).Select(_ => _random.Next(vocabulary))];
        return Sometimes(2) ? beginning : [.. beginning[..^Math.Min(beginning.Length - 1, own.Length)], .. own];
    }

    private SamplingParameters Sampling() => new()
    {
        Temperature = Sometimes(2) ? 0 : (float)(_random.NextDouble() * 2) + 0.01f,
        TopP = Sometimes(2) ? 1 : (float)_random.NextDouble() + 1e-6f,
        TopK = Sometimes(3) ? _random.Next(1, vocabulary) : 0,
        MinP = Sometimes(4) ? (float)_random.NextDouble() : 0,
        PresencePenalty = Sometimes(4) ? Penalty() : 0,
        FrequencyPenalty = Sometimes(4) ? Penalty() : 0,
        RepetitionPenalty = Sometimes(4) ? (float)(_random.NextDouble() * 2) + 0.1f : 1,
        LogitBias = Sometimes(4) ? new Dictionary<int, float> { [_random.Next(vocabulary)] = _random.Next(-100, 101) } : new Dictionary<int, float>(),
        Seed = _random.NextInt64(),
    };

    private float Penalty() => (float)(_random.NextDouble() * 4) - 2;
}
