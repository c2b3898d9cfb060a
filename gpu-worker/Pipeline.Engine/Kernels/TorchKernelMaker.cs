using Pipeline.Engine.Models;

namespace Pipeline.Engine.Kernels;

/// <summary>Makes the reference kernels.</summary>
internal sealed class TorchKernelMaker : IKernelMaker
{
    /// <inheritdoc/>
    public string Name => "torch";

    /// <inheritdoc/>
    public IKernels Make(ModelConfig model) => new TorchKernels(model);
}
