using Pipeline.Engine.Execution;
using Pipeline.Engine.Kernels;
using Pipeline.Engine.Kernels.Cuda;
using Pipeline.Engine.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Tests.Cuda;

/// <summary>The CUDA kernels, their real host side included, on the CPU (see <see cref="EmulatedDriver"/>), against float64.</summary>
public sealed class CudaKernelsTests
{
    private const ScalarType Bfloat16 = ScalarType.BFloat16, Float32 = ScalarType.Float32;

    [Theory]
    [InlineData(4, 1, 128, 16, Bfloat16)]
    [InlineData(4, 2, 64, 16, Bfloat16)]
    [InlineData(7, 1, 80, 8, Bfloat16)]
    [InlineData(2, 2, 256, 16, Bfloat16)]
    [InlineData(3, 3, 32, 32, Bfloat16)]
    [InlineData(16, 1, 96, 16, Bfloat16)]
    [InlineData(20, 1, 16, 5, Bfloat16)]
    [InlineData(4, 2, 64, 16, Float32)]
    [InlineData(3, 1, 80, 5, Float32)]
    [InlineData(2, 1, 256, 16, Float32)]
    [InlineData(12, 1, 32, 16, Float32)]
    public void Attention_is_that_of_float64(int heads, int keyHeads, int headSize, int blockSize, ScalarType type)
    {
        KernelSetting setting = KernelCase.ForShape(heads, keyHeads, headSize, blockSize, type);
        using CudaKernels kernels = new(setting, new EmulatedDriver());

        // Decoding over short contexts, one that is split, and one that ends with a tile.
        Check(kernels, seed: 1, (1, 1), (5, 1), (64, 1), (16, 1), (701, 1));

        // Prefill from the start and behind a cached prefix, in one tile and in several, beside decoding.
        Check(kernels, seed: 2, (3, 2), (70, 70), (130, 45), (33, 1), (200, 3));

        // Scores far apart.
        Check(kernels, seed: 3, loudness: 9, (300, 1), (90, 40));
    }

    [Fact]
    public void Attention_of_random_steps_is_that_of_float64()
    {
        foreach (ScalarType type in new[] { Bfloat16, Float32 })
        {
            using CudaKernels kernels = new(KernelCase.ForShape(6, 2, 48, 16, type), new EmulatedDriver());
            for (int seed = 10; seed < 30; seed++)
            {
                Random random = new(seed);
                Check(kernels, seed, [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ =>
                {
                    int context = random.Next(1, random.Next(4) == 0 ? 600 : 60);
                    return (context, random.Next(3) == 0 ? random.Next(1, Math.Min(context, 90) + 1) : 1);
                })]);
            }
        }
    }

    [Theory]
    [InlineData(4, 1, 128, 16, Bfloat16)]
    [InlineData(7, 1, 80, 8, Bfloat16)]
    [InlineData(2, 2, 256, 16, Bfloat16)]
    [InlineData(3, 1, 80, 5, Float32)]
    [InlineData(12, 1, 32, 16, Float32)]
    public void Attention_with_a_window_a_scale_and_a_cap_is_that_of_float64(int heads, int keyHeads, int headSize, int blockSize, ScalarType type)
    {
        KernelSetting setting = KernelCase.Elaborate(
            KernelCase.ForShape(heads, keyHeads, headSize, blockSize, type), rotary: 32, 1, 17, 64, 300, null);
        using CudaKernels kernels = new(setting, new EmulatedDriver());
        foreach (LayerConfig layer in setting.Model.LayerPattern)
        {
            // Decoding inside and beyond the window, split or not; prefill in one tile and in several, beside decoding.
            Check(kernels, 11, 2, layer, (1, 1), (64, 1), (81, 1), (701, 1));
            Check(kernels, 12, 2, layer, (3, 2), (70, 70), (330, 45), (33, 1), (200, 3));
        }
    }

    [Theory]
    [InlineData(6, 2, 64, 64, Bfloat16)]
    [InlineData(7, 1, 80, 48, Bfloat16)]
    [InlineData(3, 1, 256, 96, Float32)]
    public void Heads_are_normalised_turned_in_part_and_stored(int heads, int keyHeads, int headSize, int rotary, ScalarType type)
    {
        KernelSetting setting = KernelCase.Elaborate(KernelCase.ForShape(heads, keyHeads, headSize, 16, type), rotary, 40, null);
        using CudaKernels kernels = new(setting, new EmulatedDriver());
        foreach (LayerConfig layer in setting.Model.LayerPattern)
        {
            using KernelCase of = new(setting, [(40, 3), (1, 1), (3900, 2)], seed: 6) { Layer = layer };
            HeadNorms norms = new(of.Random(1, headSize), of.Random(1, headSize));
            Assert.Equal([0, 0, 0, 0, 1, 1], of.Layout.Stretched.Take(of.Layout.Rows));
            double[] before = KernelCase.Values(of.QueryKeyValue), query = KernelCase.Values(norms.Query), key = KernelCase.Values(norms.Key);
            using (IStepKernels step = kernels.Begin(of.Layout))
            {
                step.RotateAndStore(of.QueryKeyValue, norms, layer, of.Cache);
            }

            double[] after = KernelCase.Values(of.QueryKeyValue), cache = KernelCase.Values(of.Cache.Slots);
            int all = heads + (2 * keyHeads), slotWidth = 2 * keyHeads * headSize;
            for (int head = 0; head < of.Layout.Rows * all; head++)
            {
                double[] given = before[(head * headSize)..((head + 1) * headSize)], expected = given;
                if (head % all < heads + keyHeads)
                {
                    double[] normalised = Expected.Norm(given, head % all < heads ? query : key, 1e-5, offset: true);
                    expected = Expected.Turn(normalised, of.Layout.Positions[head / all], setting.Model.Ropes[layer.Rope], of.Layout.Stretched[head / all] != 0);
                }

                double largest = expected.Max(Math.Abs);
                AssertClose(expected, after.AsSpan(head * headSize, headSize), _ => largest * Precision(type) * 4);
            }

            for (int row = 0; row < of.Layout.Rows; row++)
            {
                Assert.Equal(after.AsSpan(((row * all) + heads) * headSize, slotWidth), cache.AsSpan(of.Layout.Slots[row] * slotWidth, slotWidth));
            }
        }
    }

    [Fact]
    public void The_proof_at_start_agrees_with_the_reference_on_all_that_families_have()
    {
        KernelSetting setting = KernelCase.Elaborate(KernelCase.ForShape(8, 2, 64, 16, Bfloat16), rotary: 32, 100, null);
        using CudaKernels kernels = new(setting, new EmulatedDriver());
        Assert.Null(KernelProof.Disprove(kernels, KernelMakers.Reference, setting));
    }

    [Theory]
    [InlineData(8, 2, 64)]
    [InlineData(4, 1, 128)]
    public void The_proof_at_start_agrees_with_the_reference(int heads, int keyHeads, int headSize)
    {
        KernelSetting setting = KernelCase.ForShape(heads, keyHeads, headSize, 16, Bfloat16);
        using CudaKernels kernels = new(setting, new EmulatedDriver());
        Assert.Null(KernelProof.Disprove(kernels, KernelMakers.Reference, setting));
    }

    [Theory]
    [InlineData(Bfloat16, 8, 64)]
    [InlineData(Bfloat16, 1, 4096)]
    [InlineData(Bfloat16, 2, 16392)]
    [InlineData(Float32, 8, 64)]
    [InlineData(Float32, 3, 1052)]
    public void The_norm_adds_and_normalises(ScalarType type, int rows, int width)
    {
        using KernelCase of = new(KernelCase.ForShape(2, 1, 32, 16, type), [(1, 1)], seed: 4);
        using CudaKernels kernels = new(of.Setting, new EmulatedDriver());
        using IStepKernels step = kernels.Begin(of.Layout);
        Tensor residual = of.Random(3, rows, width), delta = of.Random(1, rows, width), weight = of.Random(1, width);
        Tensor before = residual.clone(), sum = torch.add(residual, delta, Scalars.One);

        AssertNorm(step.Norm(residual, null, weight));
        Assert.Equal(KernelCase.Values(before), KernelCase.Values(residual));

        Tensor normalised = step.Norm(residual, delta, weight);
        Assert.Equal(KernelCase.Values(sum), KernelCase.Values(residual));
        AssertNorm(normalised);

        void AssertNorm(Tensor actual)
        {
            double[] input = KernelCase.Values(residual), factors = KernelCase.Values(weight), values = KernelCase.Values(actual);
            for (int row = 0; row < rows; row++)
            {
                double[] expected = Expected.Norm(input.AsSpan(row * width, width), factors, 1e-5);
                AssertClose(expected, values.AsSpan(row * width, width), x => Math.Abs(x) * Precision(type) * 2);
            }
        }
    }

    [Theory]
    [InlineData(Bfloat16, 3, 96, false)]
    [InlineData(Bfloat16, 2, 4104, false)]
    [InlineData(Float32, 3, 1028, false)]
    [InlineData(Bfloat16, 3, 96, true)]
    [InlineData(Float32, 3, 1028, true)]
    public void The_gate_is_silu_or_gelu(ScalarType type, int rows, int width, bool gelu)
    {
        KernelSetting plain = KernelCase.ForShape(2, 1, 32, 16, type);
        using KernelCase of = new(gelu ? KernelCase.Elaborate(plain, 32, 100) : plain, [(1, 1)], seed: 5);
        using CudaKernels kernels = new(of.Setting, new EmulatedDriver());
        using IStepKernels step = kernels.Begin(of.Layout);
        Tensor gateUp = of.Random(4, rows, 2 * width);
        double[] input = KernelCase.Values(gateUp);
        double[] expected = [.. Enumerable.Range(0, rows * width).Select(i =>
        {
            double gate = input[(i / width * 2 * width) + (i % width)], up = input[(i / width * 2 * width) + width + (i % width)];
            return up * (gelu
                ? gate / 2 * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (gate + (0.044715 * gate * gate * gate)))) : gate / (1 + Math.Exp(-gate)));
        })];
        AssertClose(expected, KernelCase.Values(step.Gate(gateUp)), x => Math.Abs(x) * Precision(type) * 2 + 1e-6);
    }

    [Theory]
    [InlineData(6, 2, 64, Bfloat16)]
    [InlineData(7, 1, 80, Bfloat16)]
    [InlineData(7, 1, 80, Float32)]
    public void Rotation_turns_queries_and_keys_and_stores_keys_and_values(int heads, int keyHeads, int headSize, ScalarType type)
    {
        using KernelCase of = new(KernelCase.ForShape(heads, keyHeads, headSize, 16, type), [(40, 3), (1, 1), (3900, 2)], seed: 6);
        using CudaKernels kernels = new(of.Setting, new EmulatedDriver());
        double[] before = KernelCase.Values(of.QueryKeyValue), cacheBefore = KernelCase.Values(of.Cache.Slots);
        using (IStepKernels step = kernels.Begin(of.Layout))
        {
            step.RotateAndStore(of.QueryKeyValue, null, of.Layer, of.Cache);
        }

        double[] after = KernelCase.Values(of.QueryKeyValue), cache = KernelCase.Values(of.Cache.Slots);
        int all = heads + (2 * keyHeads), slotWidth = 2 * keyHeads * headSize;
        for (int row = 0; row < of.Layout.Rows; row++)
        {
            for (int head = 0; head < all; head++)
            {
                int at = ((row * all) + head) * headSize;
                double[] given = before[at..(at + headSize)];
                double[] expected = head < heads + keyHeads ? Expected.Turn(given, of.Layout.Positions[row], of.Model.Ropes[0]) : given;
                double largest = given.Max(Math.Abs);
                AssertClose(expected, after.AsSpan(at, headSize), _ => largest * Precision(type) * 2);
            }

            Assert.Equal(after.AsSpan(((row * all) + heads) * headSize, slotWidth), cache.AsSpan(of.Layout.Slots[row] * slotWidth, slotWidth));
        }

        HashSet<int> written = [.. of.Layout.Slots.Take(of.Layout.Rows)];
        Assert.All(
            Enumerable.Range(0, cache.Length / slotWidth).Where(slot => !written.Contains(slot)),
            slot => Assert.Equal(cacheBefore.AsSpan(slot * slotWidth, slotWidth), cache.AsSpan(slot * slotWidth, slotWidth)));
    }

    [Fact]
    public void The_order_in_which_threads_run_changes_nothing()
    {
        foreach (ScalarType type in new[] { Bfloat16, Float32 })
        {
            KernelSetting setting = KernelCase.ForShape(8, 2, 64, 16, type);
            EmulatedDriver driver = new();
            using CudaKernels kernels = new(setting, driver);
            double[][] results = [.. Enumerable.Range(1, 4).Select(order =>
            {
                driver.Seed = (uint)order;
                using KernelCase of = new(setting, [(400, 1), (150, 60), (20, 1)], seed: 7);
                return KernelCase.Values(Attend(kernels, of));
            })];
            Assert.All(results, result => Assert.Equal(results[0], result));
        }
    }

    private static void Check(CudaKernels kernels, int seed, params (int Context, int Rows)[] chunks) => Check(kernels, seed, 1, chunks);

    private static void Check(CudaKernels kernels, int seed, double loudness, params (int Context, int Rows)[] chunks) =>
        Check(kernels, seed, loudness, kernels.Setting.Model.LayerPattern[0], chunks);

    private static void Check(CudaKernels kernels, int seed, double loudness, LayerConfig layer, params (int Context, int Rows)[] chunks)
    {
        using KernelCase of = new(kernels.Setting, chunks, seed, loudness) { Layer = layer };
        double[] actual = KernelCase.Values(Attend(kernels, of));
        (double[] expected, double[] magnitudes) = Expected.Attend(of);

        // In bfloat16 both the powers and the results are rounded, by up to 2^-8 each; in float32 it is scores that lose most.
        double precision = kernels.Setting.Type == Bfloat16 ? 1.02 / 128 : 5e-6 * loudness * loudness;
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(
                Math.Abs(expected[i] - actual[i]) <= precision * magnitudes[i],
                $"seed {seed}, number {i}: {actual[i]} instead of {expected[i]}");
        }
    }

    private static Tensor Attend(CudaKernels kernels, KernelCase of)
    {
        using IStepKernels step = kernels.Begin(of.Layout);
        step.RotateAndStore(of.QueryKeyValue, null, of.Layer, of.Cache);
        return step.Attend(of.QueryKeyValue, of.Layer, of.Cache);
    }

    private static double Precision(ScalarType type) => type == Bfloat16 ? 1.01 / 256 : 1e-6;

    private static void AssertClose(ReadOnlySpan<double> expected, ReadOnlySpan<double> actual, Func<double, double> tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - actual[i]) <= tolerance(expected[i]), $"number {i}: {actual[i]} instead of {expected[i]}");
        }
    }
}
