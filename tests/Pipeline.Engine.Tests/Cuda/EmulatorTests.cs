using Pipeline.Engine.Kernels.Cuda;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Tests.Cuda;

/// <summary>The emulator has been seen to catch what it is there for.</summary>
public sealed class EmulatorTests
{
    private const string Neighbour = """
        SHARED(float, x);
        x[threadIdx.x] = threadIdx.x;
        {0}
        out[threadIdx.x] = x[(threadIdx.x + 37) % 128];
        """;

    [Fact]
    public void A_missing_barrier_shows_in_the_result()
    {
        float[] expected = [.. Enumerable.Range(0, 128).Select(i => (float)((i + 37) % 128))];
        for (int seed = 1; seed <= 5; seed++)
        {
            Assert.Equal(expected, Run(Neighbour.Replace("{0}", "__syncthreads();", StringComparison.Ordinal), seed));
            Assert.NotEqual(expected, Run(Neighbour.Replace("{0}", "", StringComparison.Ordinal), seed));
        }
    }

    [Theory]
    [InlineData("if (threadIdx.x < 40) { __syncthreads(); } out[threadIdx.x] = 0;", "some threads wait for others")]
    [InlineData("if (threadIdx.x % 2) { __shfl_xor_sync(AllLanes, 1, 1); } out[threadIdx.x] = 0;", "some threads wait for others")]
    [InlineData("if (threadIdx.x % 2) { __any_sync(AllLanes, 1); } else { __shfl_xor_sync(AllLanes, 1, 1); } out[0] = 0;", "meet at different instructions")]
    [InlineData("SHARED(float, x); x[128] = 1; out[threadIdx.x] = 0;", "behind the shared memory")]
    [InlineData("store(out + 1, zeros());", "not aligned")]
    public void What_a_device_would_leave_undefined_ends_the_launch(string body, string message)
    {
        CudaException failure = Assert.Throws<CudaException>(() => Run(body, 1));
        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("await_copies<0>();", true)]
    [InlineData("await_copies<1>();", false)]
    [InlineData("", false)]
    public void A_copy_is_there_only_once_it_is_awaited(string wait, bool arrives)
    {
        float[] result = Run(
            $"SHARED(float, x); out[threadIdx.x] = 5; __syncthreads(); if (threadIdx.x < 32) copy_async(x + threadIdx.x * 4, out + threadIdx.x * 4, true); commit_copies(); {wait} __syncthreads(); out[threadIdx.x] = x[threadIdx.x];",
            seed: 1);
        Assert.All(result, value => Assert.Equal(arrives, value == 5));
    }

    private static float[] Run(string body, int seed)
    {
        CudaProgram program = CudaProgram.For(KernelCase.ForShape(4, 1, 64, 16, ScalarType.Float32));
        program = program with
        {
            Files = new Dictionary<string, string>
            {
                ["device.cuh"] = program.Files["device.cuh"],
                [CudaProgram.Start] = $"#include \"device.cuh\"\nextern \"C\" __global__ void planted(float* out)\n{{\n{body}\n}}\n",
            },
        };
        EmulatedDriver driver = new((uint)seed);
        nint kernel = driver.Function(driver.Load(program), "planted", 512);
        using Tensor result = torch.zeros([128], dtype: ScalarType.Float32);
        driver.Launch(kernel, new LaunchShape(1, 128, 512), [TensorAddress.Of(result)]);
        return result.data<float>().ToArray();
    }
}
