using Pipeline.Engine.Kernels;
using Pipeline.Engine.Kernels.Cuda;
using Pipeline.Engine.Sampling;
using Pipeline.Engine.Tests.Cuda;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Tests.Kernels;

/// <summary>Every maker's choice of the likeliest token against its definition, to the token.</summary>
public sealed class ChoiceTests
{
    [Theory]
    [MemberData(nameof(KernelPropertyTests.Makers), MemberType = typeof(KernelPropertyTests))]
    public void The_first_of_the_highest_logits_is_chosen_or_the_row_is_marked(string maker, bool bfloat16)
    {
        KernelSetting setting = Setting(bfloat16) with { Threads = 3 };
        using IKernels kernels = KernelsUnderTest.All[maker].Make(setting);
        Check(kernels, setting, mostValues: 9000);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void On_CUDA_too(bool bfloat16)
    {
        KernelSetting setting = Setting(bfloat16);
        using CudaKernels kernels = new(setting, new EmulatedDriver());
        Check(kernels, setting, mostValues: 20_000);
    }

    private static KernelSetting Setting(bool bfloat16) =>
        Tests.Cuda.KernelCase.ForShape(4, 1, 64, 16, bfloat16 ? ScalarType.BFloat16 : ScalarType.Float32);

    private static void Check(IKernels kernels, KernelSetting setting, int mostValues)
    {
        using Tests.Cuda.KernelCase of = new(setting, [(1, 1)], seed: 1);
        using DisposeScope scope = torch.NewDisposeScope();
        using IStepKernels step = kernels.Begin(of.Layout);
        int chosen = 0, marked = 0;
        for (int seed = 0; seed < 60; seed++)
        {
            Random random = new(seed);

            // Every width up to some vectors, and those about the limits of whatever is done in pieces.
            int width = random.Next(4) switch { 0 => random.Next(1, 40), 1 => random.Next(1000, 1060), 2 => random.Next(2040, 2060), _ => random.Next(1, mostValues) };
            int rows = random.Next(1, 9);
            float[] values = [.. Enumerable.Range(0, rows).SelectMany(_ => Row(random, width))];
            Tensor logits = torch.tensor(values, [rows, width]).clone().to(setting.Type);
            float[] seen = [.. logits.to(ScalarType.Float32).data<float>()];
            long[] expected = [.. Enumerable.Range(0, rows).Select(row => Expected(seen.AsSpan(row * width, width)))];
            Assert.Equal(expected, step.Choose(logits).data<long>().ToArray());
            byte[] masks = [.. Enumerable.Range(0, rows).SelectMany(_ => Mask(random, width))];
            Assert.Equal(
                Enumerable.Range(0, rows).Select(row => Expected(seen.AsSpan(row * width, width), masks.AsSpan(row * (masks.Length / rows)))),
                step.Choose(logits, torch.tensor(masks, [rows, masks.Length / rows]).clone()).data<long>().ToArray());
            marked += expected.Count(token => token == Sampler.NotFinite);
            chosen += expected.Count(token => token > 0);
        }

        Assert.InRange(marked, 50, 150);
        Assert.InRange(chosen, 50, 300);
    }

    private static float[] Row(Random random, int width)
    {
        int kind = random.Next(9), few = random.Next(1, 4);
        float[] row = new float[width];
        for (int i = 0; i < width; i++)
        {
            row[i] = kind switch
            {
                0 => random.Next(few),
                1 => random.Next(2) == 0 ? 0f : -0f,
                2 => -1e30f * (1 + random.NextSingle()),
                3 => random.Next(3) == 0 ? random.NextSingle() : float.NegativeInfinity,
                4 => float.NegativeInfinity,
                _ => (random.NextSingle() * 20) - 10,
            };
        }

        if (kind is 5 or 6)
        {
            row[random.Next(width)] = kind == 5 ? float.NaN : float.PositiveInfinity;
        }

        return row;
    }

    /// <summary>A mask that allows some token: few, most, or all of some words and none of others. Bits behind the last token are set, too.</summary>
    private static byte[] Mask(Random random, int width)
    {
        byte[] mask = new byte[(width + 31) / 32 * 4];
        int kind = random.Next(3);
        for (int i = 0; i < mask.Length; i++)
        {
            mask[i] = kind switch
            {
                0 => random.Next(20) == 0 ? (byte)random.Next(256) : (byte)0,
                1 => random.Next(20) == 0 ? (byte)random.Next(256) : byte.MaxValue,
                _ => i / 4 % 3 == 0 ? byte.MaxValue : (byte)0,
            };
        }

        int one = random.Next(width);
        mask[one / 8] |= (byte)(1 << (one % 8));
        return mask;
    }

    private static long Expected(ReadOnlySpan<float> row, ReadOnlySpan<byte> mask)
    {
        float[] allowed = [.. row];
        for (int i = 0; i < allowed.Length; i++)
        {
            allowed[i] = (mask[i / 8] >> (i % 8) & 1) == 1 ? allowed[i] : float.NegativeInfinity;
        }

        return Expected(allowed);
    }

    private static long Expected(ReadOnlySpan<float> row)
    {
        int best = 0;
        for (int i = 0; i < row.Length; i++)
        {
            if (float.IsNaN(row[i]))
            {
                return Sampler.NotFinite;
            }

            best = row[i] > row[best] ? i : best;
        }

        return float.IsFinite(row[best]) ? best : Sampler.NotFinite;
    }
}
