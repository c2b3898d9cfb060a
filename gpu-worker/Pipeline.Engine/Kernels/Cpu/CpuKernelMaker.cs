using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Kernels.Cpu;

/// <summary>Makes kernels that compute in C#, over the tensors' own memory, on all of an engine's threads.</summary>
/// <param name="lanes">Lanes of the vectors to use, 4, 8 or 16, or null for the machine's widest.</param>
internal sealed class CpuKernelMaker(int? lanes = null) : IKernelMaker
{
    /// <inheritdoc/>
    public string Name => "cpu";

    /// <inheritdoc/>
    public bool Suits(KernelSetting setting) =>
        setting.Device.type == DeviceType.CPU
        && setting.Type is ScalarType.Float32 or ScalarType.BFloat16
        && BitConverter.IsLittleEndian
        && CpuWork.LanesFor(setting.Model.HeadSize, Lanes) > 0;

    /// <inheritdoc/>
    public IKernels Make(KernelSetting setting) => new CpuKernels(setting, Lanes);

    private int Lanes => lanes ?? CpuWork.WidestLanes;
}
