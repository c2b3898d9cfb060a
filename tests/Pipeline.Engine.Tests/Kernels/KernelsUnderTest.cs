using Pipeline.Engine.Kernels;
using Pipeline.Engine.Kernels.Cpu;
using Pipeline.Engine.Kernels.Torch;

namespace Pipeline.Engine.Tests.Kernels;

/// <summary>The makers whose kernels this machine can run: those of the CPU in each width of vectors that it has.</summary>
internal static class KernelsUnderTest
{
    public static IReadOnlyDictionary<string, IKernelMaker> All { get; } = new (string Name, IKernelMaker Maker)[]
        {
            ("torch", new TorchKernelMaker()),
            ("cpu, 4 lanes", new CpuKernelMaker(4)),
            ("cpu, 8 lanes", new CpuKernelMaker(8)),
            ("cpu, 16 lanes", new CpuKernelMaker(16)),
        }
        .Where(maker => !maker.Name.StartsWith("cpu", StringComparison.Ordinal) || int.Parse(maker.Name.Split(' ')[1]) <= CpuWork.WidestLanes)
        .ToDictionary(maker => maker.Name, maker => maker.Maker);
}
