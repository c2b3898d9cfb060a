using Pipeline.Engine.Sampling;
using static TorchSharp.torch;

namespace Pipeline.Engine.Tests.Sampling;

/// <summary>What is drawn over many positions is distributed as the formulas say.</summary>
public sealed class DistributionTests
{
    private const int Vocabulary = 40, Draws = 20_000;

    public static TheoryData<SamplingParameters> Settings =>
    [
        new SamplingParameters(),
        new SamplingParameters { Temperature = 0.6f },
        new SamplingParameters { Temperature = 2, TopP = 0.8f },
        new SamplingParameters { TopK = 7 },
        new SamplingParameters { MinP = 0.1f },
        new SamplingParameters { Temperature = 1.5f, TopP = 0.9f, TopK = 20, MinP = 0.02f },
        new SamplingParameters { LogitBias = new Dictionary<int, float> { [3] = 4, [5] = -100 } },
        new SamplingParameters { PresencePenalty = 1, FrequencyPenalty = -0.5f, RepetitionPenalty = 1.3f },
    ];

    [Theory]
    [MemberData(nameof(Settings))]
    public void Counts_are_those_of_the_distribution(SamplingParameters parameters)
    {
        float[] logits = SamplerHarness.Random(12, Vocabulary);
        int[] prompt = [1, 2], generated = [2, 3, 3];
        LogitEdits edits = new(parameters, prompt, []);
        Array.ForEach(generated, edits.Append);
        SamplingRow[] rows = [.. Enumerable.Range(0, Draws).Select(position => new SamplingRow(parameters, UniformStream.At(17, position)) { Edits = edits })];
        long[] drawn = SamplerHarness.Choose(ScalarType.Float32, [.. Enumerable.Repeat(logits, Draws).SelectMany(row => row)], rows);

        double[] changed = ReferenceSampler.Change(logits, parameters, prompt, generated, []);
        Dictionary<int, double> expected = ReferenceSampler.Candidates(changed, parameters).ToDictionary(one => one.Token, one => one.Probability * Draws);
        Assert.All(drawn.Distinct(), token => Assert.Contains((int)token, expected.Keys));

        // Chi-square over the cells that are large enough for it. Of n degrees it is n on average, with a variance of 2n: ten
        // deviations above is never.
        KeyValuePair<int, double>[] cells = [.. expected.Where(cell => cell.Value >= 10)];
        double square = cells.Sum(cell => Math.Pow(drawn.Count(token => token == cell.Key) - cell.Value, 2) / cell.Value);
        Assert.True(cells.Length > 3, "there is something to compare");
        Assert.InRange(square, 0, cells.Length + (10 * Math.Sqrt(2 * cells.Length)));
    }
}
