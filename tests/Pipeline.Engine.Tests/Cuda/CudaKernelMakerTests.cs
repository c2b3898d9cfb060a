using Pipeline.Engine.Kernels;
using Pipeline.Engine.Kernels.Cuda;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Tests.Cuda;

public sealed class CudaKernelMakerTests
{
    private static readonly KernelSetting Setting = KernelCase.ForShape(32, 8, 128, 16, ScalarType.BFloat16);

    [Fact]
    public void A_CPU_does_not_suit() => Assert.False(new CudaKernelMaker().Suits(Setting));

    [Fact]
    public void A_machine_without_the_driver_is_told_so()
    {
        Assert.SkipWhen(CudaDriver.IsInstalled, "needs a machine without a CUDA driver");
        KernelSetting cuda = Setting with { Device = new Device(DeviceType.CUDA, 0) };
        Assert.True(new CudaKernelMaker().Suits(cuda));
        Assert.Contains("no CUDA driver", Assert.Throws<CudaException>(() => new CudaKernelMaker().Make(cuda)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(32, 8, 128, ScalarType.BFloat16, true)]
    [InlineData(14, 2, 64, ScalarType.Float32, true)]
    [InlineData(9, 3, 80, ScalarType.BFloat16, true)]
    [InlineData(32, 8, 128, ScalarType.Float16, false)]
    [InlineData(4, 2, 8, ScalarType.Float32, false)]
    [InlineData(4, 2, 72, ScalarType.BFloat16, false)]
    [InlineData(4, 2, 320, ScalarType.BFloat16, false)]
    public void Shapes_of_the_usual_kind_are_supported(int heads, int keyHeads, int headSize, ScalarType type, bool supported) =>
        Assert.Equal(supported, CudaShape.Supports(KernelCase.ForShape(heads, keyHeads, headSize, 16, type)));
}
