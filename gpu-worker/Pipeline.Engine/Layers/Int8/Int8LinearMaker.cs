using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Layers.Int8;

/// <summary>Rounds weights to whole numbers, on the device that computes.</summary>
internal sealed class Int8LinearMaker(Device device) : ILinearMaker
{
    /// <inheritdoc/>
    public Linear Make(Tensor weight, Tensor? bias)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Int8Weights rounded = Int8Weights.Of(weight.to(device));
        return new Int8Linear(
            new Int8Weights(rounded.Values.DetachFromDisposeScope(), rounded.Scales.DetachFromDisposeScope()),
            bias?.alias().DetachFromDisposeScope());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Each layer owns its own.
    }
}
