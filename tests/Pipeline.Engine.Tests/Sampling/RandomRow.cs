using Pipeline.Engine.Sampling;
using Pipeline.Engine.Tests.Support;

namespace Pipeline.Engine.Tests.Sampling;

/// <summary>A row with whatever a request may ask for, and what the formulas say of it.</summary>
internal sealed class RandomRow
{
    private readonly SamplingParameters _parameters;
    private readonly int[] _prompt, _generated, _ends;
    private readonly HashSet<int>? _allowed;
    private readonly bool _mustGoOn;
    private readonly double _uniform;

    public RandomRow(Random random, int vocabulary)
    {
        _parameters = new SamplingParameters
        {
            Temperature = random.Next(3) == 0 ? 0 : (float)(random.NextDouble() * 3) + 0.01f,
            TopP = random.Next(2) == 0 ? 1 : (float)random.NextDouble() + 1e-6f,
            TopK = random.Next(2) == 0 ? 0 : random.Next(1, vocabulary + 5),
            MinP = random.Next(2) == 0 ? 0 : (float)random.NextDouble(),
            PresencePenalty = random.Next(2) == 0 ? 0 : (float)(random.NextDouble() * 4) - 2,
            FrequencyPenalty = random.Next(2) == 0 ? 0 : (float)(random.NextDouble() * 4) - 2,
            RepetitionPenalty = random.Next(2) == 0 ? 1 : (float)(random.NextDouble() * 2) + 0.1f,
            LogitBias = random.Next(2) == 0 ? new Dictionary<int, float>()
                : Tokens(random, vocabulary, 4).ToDictionary(token => token, _ => (float)(random.NextDouble() * 10) - 5),
        };
        _prompt = [.. Tokens(random, vocabulary, 10)];
        _generated = [.. Enumerable.Range(0, 20).Select(_ => random.Next(vocabulary))];
        _ends = [.. Tokens(random, vocabulary, 2)];
        _allowed = random.Next(2) == 0 ? null : [.. Tokens(random, vocabulary, random.Next(3, vocabulary)), .. Tokens(random, vocabulary, 3)];
        _mustGoOn = random.Next(2) == 0 && (_allowed is null || _allowed.Except(_ends).Any());
        _uniform = random.NextDouble();
    }

    public SamplingRow Row
    {
        get
        {
            LogitEdits edits = new(_parameters, _prompt, _ends);
            foreach (int token in (int[])[.. _generated, 1, 2])
            {
                edits.Append(token);
            }

            edits.TakeBack(2);
            edits.TakeBack(1);
            return new SamplingRow(_parameters, _uniform)
            {
                Edits = edits,
                MustGoOn = _mustGoOn,
                Constraint = _allowed is null ? null : new ListedTokens(_ => _allowed).Begin(),
            };
        }
    }

    public long Expected(float[] logits) => ReferenceSampler.Choose(
        ReferenceSampler.Change(logits, _parameters, _prompt, _generated, _mustGoOn ? _ends : [], _allowed is null ? null : _allowed.Contains),
        _parameters, _uniform);

    private static IEnumerable<int> Tokens(Random random, int vocabulary, int count) =>
        Enumerable.Range(0, count).Select(_ => random.Next(vocabulary)).Distinct();
}
