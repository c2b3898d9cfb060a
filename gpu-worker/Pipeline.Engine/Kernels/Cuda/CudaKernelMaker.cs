using TorchSharp;

namespace Pipeline.Engine.Kernels.Cuda;

/// <summary>Makes CUDA kernels: compiles them for the model's shape and the device at hand, in a second or two.</summary>
internal sealed class CudaKernelMaker : IKernelMaker
{
    // bfloat16 on the tensor cores and copies past the registers.
    private const int LowestCapability = 80;

    /// <inheritdoc/>
    public string Name => "cuda";

    /// <inheritdoc/>
    public bool Suits(KernelSetting setting)
    {
        if (setting.Device.type != DeviceType.CUDA || !CudaShape.Supports(setting) || !CudaDriver.IsInstalled
            || NvrtcCompiler.Find() is not { } compiler)
        {
            return false;
        }

        CudaShape shape = new(setting);
        using CudaDriver driver = new(Ordinal(setting), compiler);
        return driver.Capability >= LowestCapability && driver.SharedMemoryLimit >= Math.Max(shape.SplitShared, shape.RowShared);
    }

    /// <inheritdoc/>
    public IKernels Make(KernelSetting setting)
    {
        NvrtcCompiler compiler = NvrtcCompiler.Find() ?? throw new CudaException("NVRTC, CUDA's run-time compiler, is not to be found");
        CudaDriver driver = new(Ordinal(setting), compiler);
        try
        {
            return new CudaKernels(setting, driver);
        }
        catch
        {
            driver.Dispose();
            throw;
        }
    }

    // Torch's "cuda" without a number is its current device, which nothing here changes: the first.
    private static int Ordinal(KernelSetting setting) => Math.Max(0, setting.Device.index);
}
