using Pipeline.Engine.Kernels.Cpu;
using Pipeline.Engine.Kernels.Cuda;
using Pipeline.Engine.Kernels.Torch;

namespace Pipeline.Engine.Kernels;

/// <summary>The makers there are.</summary>
internal static class KernelMakers
{
    /// <summary>The reference: it suits everything, and nobody checks it.</summary>
    public static IKernelMaker Reference { get; } = new TorchKernelMaker();

    /// <summary>All of them, the fastest first, the reference last.</summary>
    public static IReadOnlyList<IKernelMaker> All { get; } = [new CudaKernelMaker(), new CpuKernelMaker(), Reference];
}
