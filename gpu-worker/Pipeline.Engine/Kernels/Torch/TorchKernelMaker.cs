namespace Pipeline.Engine.Kernels.Torch;

/// <summary>Makes the reference kernels, which run everywhere.</summary>
internal sealed class TorchKernelMaker : IKernelMaker
{
    /// <inheritdoc/>
    public string Name => "torch";

    /// <inheritdoc/>
    public bool Suits(KernelSetting setting) => true;

    /// <inheritdoc/>
    public IKernels Make(KernelSetting setting) => new TorchKernels(setting);
}
