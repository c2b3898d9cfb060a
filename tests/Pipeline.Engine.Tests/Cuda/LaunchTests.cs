using System.Text.RegularExpressions;
using Pipeline.Engine.Execution;
using Pipeline.Engine.Kernels;
using Pipeline.Engine.Kernels.Cuda;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Tests.Cuda;

/// <summary>What the host side asks of a device.</summary>
public sealed partial class LaunchTests
{
    // Llama 3.1 8B's attention.
    private static readonly KernelSetting Setting = KernelCase.ForShape(32, 8, 128, 16, ScalarType.BFloat16);

    [Fact]
    public void A_step_uploads_its_numbers_in_one_copy()
    {
        RecordingDriver driver = new();
        using KernelCase of = new(Setting, [(20, 1), (70, 40)], seed: 1);
        using CudaKernels kernels = new(Setting, driver);
        using IStepKernels step = kernels.Begin(of.Layout);

        Assert.Single(driver.Copies, call => call.StartsWith("upload", StringComparison.Ordinal));
        int[] expected =
        [
            .. of.Layout.Positions.Take(41), .. of.Layout.Slots.Take(41),
            0, 1, 20, 0, 1, 40, 70, 2,
            .. of.Layout.Blocks.Take(7),
            0, 0, 0, 20, -1,
            1, 128, 0, 70, -1, 1, 0, 0, 62, -1,
        ];
        Assert.Equal(expected, driver.Uploaded);
    }

    [Fact]
    public void A_host_buffer_is_filled_again_only_when_its_copy_is_over()
    {
        RecordingDriver driver = new();
        using KernelCase of = new(Setting, [(20, 1)], seed: 1);
        using CudaKernels kernels = new(Setting, driver);
        for (int step = 0; step < 5; step++)
        {
            driver.Copies.Clear();
            kernels.Begin(of.Layout).Dispose();
            string mark = driver.Copies[^1].Split(' ')[1];
            Assert.Equal($"await {mark}", driver.Copies[0]);
            Assert.NotEqual($"await {mark}", driver.Copies.Count > 3 ? driver.Copies[^4] : "");
        }

        string[] marks = [.. Enumerable.Range(0, 2).Select(_ =>
        {
            kernels.Begin(of.Layout).Dispose();
            return driver.Copies[^1];
        })];
        Assert.NotEqual(marks[0], marks[1]);
    }

    [Fact]
    public void Short_decoding_takes_one_launch_and_long_decoding_two()
    {
        Assert.Equal(["attend_split"], AttentionOf((20, 1), (200, 1)).Select(launch => launch.Kernel));
        (string Kernel, LaunchShape Shape, ulong[] Arguments)[] split = AttentionOf((2000, 1), (200, 1));
        Assert.Equal(["attend_split", "merge_splits"], split.Select(launch => launch.Kernel));

        // 2000 tokens in 8 parts, 200 in one, for each of 8 key heads; 4 warps hold 8 pairs of 128 values and 2 sums each.
        Assert.Equal(new LaunchShape((8 + 1) * 8, 128, 4 * 8 * 130 * sizeof(float)), split[0].Shape);
        Assert.Equal(new LaunchShape(8, 128), split[1].Shape);
    }

    [Fact]
    public void Prefill_takes_tiles_of_rows()
    {
        (string Kernel, LaunchShape Shape, ulong[] Arguments) launch = Assert.Single(AttentionOf((100, 65)));
        Assert.Equal("attend_rows", launch.Kernel);

        // 65 rows of 4 heads are 260 pairs: 3 tiles of 128. Two stages of 64 keys (136 apart) and values (144 apart).
        Assert.Equal(new LaunchShape(3 * 8, 256, 2 * 64 * (136 + 144) * sizeof(ushort)), launch.Shape);
    }

    [Fact]
    public void Launches_bring_as_many_arguments_as_the_sources_have_parameters()
    {
        RecordingDriver driver = new();
        using KernelCase of = new(Setting, [(2000, 1), (70, 40)], seed: 1);
        using CudaKernels kernels = new(Setting, driver);
        using IStepKernels step = kernels.Begin(of.Layout);
        step.Norm(of.Random(1, 41, 64), of.Random(1, 41, 64), of.Random(1, 64));
        step.RotateAndStore(of.QueryKeyValue, new HeadNorms(of.Random(1, 128), of.Random(1, 128)), of.Layer, of.Cache);
        step.Attend(of.QueryKeyValue, of.Layer, of.Cache);
        step.Gate(of.Random(1, 41, 192));
        step.Choose(of.Random(1, 2, 100));

        Dictionary<string, int> parameters = CudaProgram.For(Setting).Files.Where(file => file.Key != "attend_float32.cu")
            .SelectMany(file => Declaration().Matches(file.Value))
            .ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value.Split(',').Length);
        Assert.Equal(parameters.Keys.Order(StringComparer.Ordinal), driver.Launches.Select(launch => launch.Kernel).Distinct().Order(StringComparer.Ordinal));
        Assert.All(driver.Launches, launch =>
        {
            Assert.Equal(parameters[launch.Kernel], launch.Arguments.Length);
            Assert.InRange(launch.Shape.Threads, 32, 1024);
            Assert.Equal(0, launch.Shape.Threads % 32);
            Assert.True(launch.Shape.SharedBytes <= driver.Allowed[launch.Kernel], launch.Kernel);
        });
        ulong[] norm = driver.Launches.Single(launch => launch.Kernel == "add_norm").Arguments;
        Assert.Equal(64UL, norm[4]);
        Assert.Equal(1e-5f, BitConverter.UInt32BitsToSingle((uint)norm[5]));
    }

    [Fact]
    public void What_is_taken_is_given_back()
    {
        RecordingDriver driver = new();
        using KernelCase small = new(Setting, [(20, 1)], seed: 1), large = new(Setting, [(900, 700)], seed: 2);
        using (CudaKernels kernels = new(Setting, driver))
        {
            kernels.Begin(small.Layout).Dispose();
            kernels.Begin(large.Layout).Dispose();
            Assert.NotEqual(0, driver.Kept);
        }

        Assert.Equal(0, driver.Kept);
        Assert.True(driver.IsDisposed);
    }

    [Fact]
    public void Beginning_a_step_allocates_nothing()
    {
        RecordingDriver driver = new();
        using KernelCase of = new(Setting, [(2000, 1), (70, 40), (20, 1)], seed: 1);
        using CudaKernels kernels = new(Setting, driver);
        kernels.Begin(of.Layout).Dispose();
        driver.Records = false;
        kernels.Begin(of.Layout).Dispose();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int step = 0; step < 100; step++)
        {
            kernels.Begin(of.Layout).Dispose();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void A_tensor_that_does_not_lie_in_one_piece_is_refused()
    {
        using KernelCase of = new(Setting, [(20, 1)], seed: 1);
        using CudaKernels kernels = new(Setting, new RecordingDriver());
        using IStepKernels step = kernels.Begin(of.Layout);
        Assert.Throws<ArgumentException>(() => step.Gate(of.Random(1, 64, 8).transpose(0, 1)));
        Assert.Throws<ArgumentException>(() => step.Gate(of.Random(1, 65).narrow(0, 1, 64).view(1, 64)));
    }

    private static (string Kernel, LaunchShape Shape, ulong[] Arguments)[] AttentionOf(params (int Context, int Rows)[] chunks)
    {
        RecordingDriver driver = new();
        using KernelCase of = new(Setting, chunks, seed: 1);
        using CudaKernels kernels = new(Setting, driver);
        using IStepKernels step = kernels.Begin(of.Layout);
        driver.Launches.Clear();
        step.Attend(of.QueryKeyValue, of.Layer, of.Cache);
        return [.. driver.Launches];
    }

    [GeneratedRegex(@"__global__ void (?:__launch_bounds__\([^)]*\) )?(\w+)\(([^)]*)\)")]
    private static partial Regex Declaration();
}
