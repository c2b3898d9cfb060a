using TorchSharp;

namespace Pipeline.Engine.Kernels.Cuda;

/// <summary>Makes CUDA kernels: compiles them for the model's shape and the device at hand, in a second or two.</summary>
internal sealed class CudaKernelMaker : IKernelMaker
{
    // bfloat16 on the tensor cores and copies past the registers.
    private const int LowestCapability = 80;

    /// <inheritdoc/>
    public string Name => "cuda";

    /// <summary>
    /// Whether the kernels can be compiled for the setting, on a CUDA device. What else they need (the compiler, a device that is
    /// new enough) is <see cref="Make"/>'s to say: whoever has such a device should hear why its kernels are not used.
    /// </summary>
    public bool Suits(KernelSetting setting) => setting.Device.type == DeviceType.CUDA && CudaShape.Supports(setting);

    /// <inheritdoc/>
    /// <exception cref="CudaException">There is no driver or no compiler, or the device cannot run the kernels.</exception>
    public IKernels Make(KernelSetting setting)
    {
        if (!CudaDriver.IsInstalled)
        {
            throw new CudaException($"there is no CUDA driver ({CudaLibrary.Name})");
        }

        NvrtcCompiler compiler = NvrtcCompiler.Find() ?? throw new CudaException(
            "NVRTC, CUDA's run-time compiler, is neither beside libtorch nor in the system; PIPELINE_NVRTC can name libnvrtc.so");

        // Torch's "cuda" without a number is its current device, which nothing here changes: the first.
        CudaDriver driver = new(Math.Max(0, setting.Device.index), compiler);
        try
        {
            CheckDevice(driver, new CudaShape(setting));
            return new CudaKernels(setting, driver);
        }
        catch
        {
            driver.Dispose();
            throw;
        }
    }

    private static void CheckDevice(CudaDriver driver, CudaShape shape)
    {
        int shared = Math.Max(shape.SplitShared, shape.Bfloat16 ? shape.RowShared : 0);
        if (driver.Capability < LowestCapability || driver.SharedMemoryLimit < shared)
        {
            throw new CudaException(
                $"the device has compute capability {driver.Capability / 10}.{driver.Capability % 10} and {driver.SharedMemoryLimit} bytes of shared memory"
                + $" for a block; {LowestCapability / 10}.{LowestCapability % 10} and {shared} bytes are needed");
        }
    }
}
