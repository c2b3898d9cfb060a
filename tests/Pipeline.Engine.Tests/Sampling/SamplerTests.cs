using Pipeline.Engine.Execution;
using Pipeline.Engine.Kernels;
using Pipeline.Engine.Sampling;
using Pipeline.Engine.Tests.Kernels;
using TorchSharp;
using static TorchSharp.torch;
using Bits = Pipeline.Engine.Kernels.Cpu.Simd.BFloat16;

namespace Pipeline.Engine.Tests.Sampling;

public sealed class SamplerTests
{
    private const int Vocabulary = 50;

    public SamplerTests() => LibtorchLoader.EnsureLoaded();

    [Fact]
    public void Temperature_zero_takes_the_lowest_id_among_the_likeliest()
    {
        float[] logits = new float[2 * Vocabulary];
        logits[7] = logits[31] = 3;
        logits[Vocabulary + 49] = logits[Vocabulary + 48] = 1e30f;
        Assert.Equal([7, 48], Choose(logits, new SamplingRow(0, 1, 0.9), new SamplingRow(0, 0.1f, 0.9)));
    }

    [Fact]
    public void A_row_of_numbers_that_are_none_is_marked_and_the_others_are_not_touched()
    {
        float[] logits = [.. Random(1, 4)];
        logits[Vocabulary + 3] = float.NaN;
        logits[(3 * Vocabulary) + 3] = float.PositiveInfinity;
        SamplingRow row = new(0.5f, 0.9f, 0.3);
        long[] chosen = Choose(logits, row, row, row, row);
        Assert.Equal((Sampler.NotFinite, Sampler.NotFinite), (chosen[1], chosen[3]));
        Assert.Equal(Expected(logits[..Vocabulary], row), chosen[0]);
        Assert.Equal(Expected(logits[(2 * Vocabulary)..(3 * Vocabulary)], row), chosen[2]);
    }

    [Fact]
    public void A_mix_of_rows_gives_each_what_its_own_settings_and_chance_say()
    {
        Random random = new(4);
        for (int round = 0; round < 50; round++)
        {
            SamplingRow[] rows = [.. Enumerable.Range(0, 9).Select(i => new SamplingRow(
                i % 3 == 0 ? 0 : (float)(random.NextDouble() * 3) + 0.01f, i % 2 == 0 ? 1 : (float)random.NextDouble() + 1e-6f, random.NextDouble()))];
            float[] logits = [.. Random(round, rows.Length)];
            long[] expected = [.. rows.Select((row, i) => Expected(logits[(i * Vocabulary)..((i + 1) * Vocabulary)], row))];
            Assert.Equal(expected, Choose(logits, rows));
            float[] rounded = [.. logits.Select(logit => Bits.Widen(Bits.Narrow(logit)))];
            expected = [.. rows.Select((row, i) => Expected(rounded[(i * Vocabulary)..((i + 1) * Vocabulary)], row))];
            Assert.Equal(expected, Choose(ScalarType.BFloat16, logits, rows));
        }
    }

    [Fact]
    public void The_extremes_of_chance_stay_within_the_candidates()
    {
        float[] logits = [.. Random(9, 1)];
        foreach (float topP in new[] { 1e-6f, 0.5f, 1f })
        {
            foreach (double chance in new[] { 0, 1 - 1e-16 })
            {
                Assert.Equal(Expected(logits, new(1, topP, chance)), Choose(logits, new SamplingRow(1, topP, chance))[0]);
            }
        }
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

    private static IEnumerable<float> Random(int seed, int rows)
    {
        Random random = new(seed);
        return Enumerable.Range(0, rows * Vocabulary).Select(_ => (float)((random.NextDouble() * 8) - 4));
    }

    private static long[] Choose(float[] logits, params SamplingRow[] rows) => Choose(ScalarType.Float32, logits, rows);

    private static long[] Choose(ScalarType type, float[] logits, SamplingRow[] rows)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        SamplingRows sampling = new();
        foreach (SamplingRow row in rows)
        {
            sampling.Add(row);
        }

        int drawn = sampling.Drawn.Length;
        Tensor? index = drawn == 0 ? null : torch.tensor(sampling.Drawn.ToArray()).to(ScalarType.Int64);
        Tensor? settings = drawn == 0 ? null : torch.tensor(sampling.Settings.ToArray(), [3, drawn, 1]);
        KernelCase of = new(seed: 2, type);
        using IKernels kernels = KernelMakers.Reference.Make(of.Setting);
        using IStepKernels step = kernels.Begin(of.NewLayout());
        Tensor given = torch.tensor(logits, [rows.Length, Vocabulary]).to(type);
        return Sampler.Choose(step, given, index, settings).data<long>().ToArray();
    }

    // The same by definition: candidates in order of probability, until they have top-p; then the one that chance meets.
    private static long Expected(float[] logits, SamplingRow row)
    {
        int[] order = [.. Enumerable.Range(0, logits.Length).OrderByDescending(i => logits[i]).ThenBy(i => i)];
        if (row.Temperature == 0)
        {
            return order[0];
        }

        double[] weights = [.. order.Select(i => Math.Exp((logits[i] - logits[order[0]]) / (double)row.Temperature))];
        double total = weights.Sum(), before = 0;
        int kept = 0;
        while (kept < order.Length && before < row.TopP)
        {
            before += weights[kept++] / total;
        }

        double place = row.Uniform * before, sum = 0;
        for (int i = 0; i < kept; i++)
        {
            sum += weights[i] / total;
            if (sum > place)
            {
                return order[i];
            }
        }

        return order[kept - 1];
    }
}
