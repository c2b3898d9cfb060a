using Pipeline.Engine.Sampling;
using Pipeline.Engine.Tests.Support;
using static TorchSharp.torch;
using Bits = Pipeline.Engine.Kernels.Cpu.Simd.BFloat16;

namespace Pipeline.Engine.Tests.Sampling;

public sealed class SamplerTests
{
    private const int Vocabulary = 50;

    [Fact]
    public void Temperature_zero_takes_the_lowest_id_among_the_likeliest()
    {
        float[] logits = new float[2 * Vocabulary];
        logits[7] = logits[31] = 3;
        logits[Vocabulary + 49] = logits[Vocabulary + 48] = 1e30f;
        SamplingParameters greedy = new() { Temperature = 0 };
        Assert.Equal([7, 48], Choose(logits, new SamplingRow(greedy, 0.9), new SamplingRow(greedy with { TopP = 0.1f }, 0.9)));
    }

    [Fact]
    public void A_row_of_numbers_that_are_none_is_marked_and_the_others_are_not_touched()
    {
        float[] logits = SamplerHarness.Random(1, 4 * Vocabulary);
        logits[Vocabulary + 3] = float.NaN;
        logits[(3 * Vocabulary) + 3] = float.PositiveInfinity;
        SamplingRow row = new(new() { Temperature = 0.5f, TopP = 0.9f }, 0.3);
        long[] chosen = Choose(logits, row, row, row, row);
        Assert.Equal((Sampler.NotFinite, Sampler.NotFinite), (chosen[1], chosen[3]));
        Assert.Equal(Expected(logits, 0, row), chosen[0]);
        Assert.Equal(Expected(logits, 2, row), chosen[2]);
    }

    [Fact]
    public void A_mix_of_rows_gives_each_what_its_own_settings_and_chance_say()
    {
        Random random = new(4);
        for (int round = 0; round < 200; round++)
        {
            RandomRow[] rows = [.. Enumerable.Range(0, random.Next(1, 10)).Select(_ => new RandomRow(random, Vocabulary))];
            float[] logits = SamplerHarness.Random(round, rows.Length * Vocabulary);
            Assert.Equal(rows.Select((row, i) => row.Expected(Row(logits, i))), Choose(logits, [.. rows.Select(row => row.Row)]));
            float[] rounded = [.. logits.Select(logit => Bits.Widen(Bits.Narrow(logit)))];
            Assert.Equal(
                rows.Select((row, i) => row.Expected(Row(rounded, i))),
                SamplerHarness.Choose(ScalarType.BFloat16, logits, [.. rows.Select(row => row.Row)]));
        }
    }

    [Theory]
    [InlineData(3, 1)]
    [InlineData(3, 40)]
    [InlineData(0.001, 1)]
    public void Of_a_large_vocabulary_the_same_is_drawn_whether_looking_at_the_nearest_is_enough_or_not(double spread, int equal)
    {
        const int vocabulary = 4 * Draw.Near;
        Random random = new(6);
        float[] logits = [.. Enumerable.Range(0, 8 * vocabulary).Select(i => (float)(spread * Math.Log(1 + (random.Next(vocabulary) / equal * equal))))];
        for (int round = 0; round < 20; round++)
        {
            SamplingRow[] rows = [.. Enumerable.Range(0, 8).Select(i => new SamplingRow(
                new()
                {
                    Temperature = 0.2f + (float)random.NextDouble(), TopP = i == 7 ? 1 : (float)random.NextDouble(), MinP = i % 3 == 0 ? 0.02f : 0,
                    TopK = i % 2 == 0 ? random.Next(1, 2 * Draw.Near) : 0,
                },
                random.NextDouble()))];
            Assert.Equal(
                rows.Select((row, i) => (long)ReferenceSampler.Choose(
                    [.. logits[(i * vocabulary)..((i + 1) * vocabulary)].Select(logit => (double)logit)], row.Parameters, row.Uniform)),
                Choose(logits, rows));
        }
    }

    [Fact]
    public void The_extremes_of_chance_stay_within_the_candidates()
    {
        float[] logits = SamplerHarness.Random(9, Vocabulary);
        foreach (SamplingParameters parameters in new SamplingParameters[] { new() { TopP = 1e-6f }, new() { TopP = 0.5f }, new(), new() { TopK = 3 }, new() { MinP = 0.3f }, new() { MinP = 1 } })
        {
            foreach (double chance in new[] { 0, 1 - 1e-16 })
            {
                SamplingRow row = new(parameters, chance);
                Assert.Equal(Expected(logits, 0, row), Choose(logits, row)[0]);
            }
        }
    }

    [Fact]
    public void The_end_is_taken_out_of_a_mask_that_allows_more()
    {
        float[] logits = new float[Vocabulary];
        logits[40] = 9;
        LogitEdits edits = new(new(), [], [40, 3]);
        SamplingRow row = new(new() { Temperature = 0 }, 0) { Edits = edits, MustGoOn = true };
        Assert.Equal(33, Choose(logits, row with { Constraint = new ListedTokens(_ => [33, 40]).Begin() })[0]);
        Assert.Equal(40, Choose(logits, row with { Constraint = new ListedTokens(_ => [3, 40]).Begin() })[0]);
        Assert.Equal(40, Choose(logits, row with { MustGoOn = false, Constraint = new ListedTokens(_ => [33, 40]).Begin() })[0]);
    }

    [Fact]
    public void Chances_are_uniform_and_differ_by_seed_and_position()
    {
        double[] chances = [.. Enumerable.Range(0, 20_000).Select(i => UniformStream.At((ulong)(i % 100), i / 100))];
        Assert.Equal(20_000, chances.Distinct().Count());
        Assert.All(chances, chance => Assert.InRange(chance, 0, 0.99999999999999989));
        for (int bin = 0; bin < 10; bin++)
        {
            Assert.InRange(chances.Count(chance => (int)(chance * 10) == bin), 1800, 2200);
        }
    }

    private static long[] Choose(float[] logits, params SamplingRow[] rows) => SamplerHarness.Choose(ScalarType.Float32, logits, rows);

    private static float[] Row(float[] logits, int row) => logits[(row * Vocabulary)..((row + 1) * Vocabulary)];

    private static long Expected(float[] logits, int at, SamplingRow row) =>
        ReferenceSampler.Choose(ReferenceSampler.Change(Row(logits, at), row.Parameters, [], [], []), row.Parameters, row.Uniform);
}
