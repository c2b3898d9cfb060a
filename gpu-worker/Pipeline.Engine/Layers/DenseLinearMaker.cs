using static TorchSharp.torch;

namespace Pipeline.Engine.Layers;

/// <summary>Keeps weights as they are, in the type and on the device that the model computes with.</summary>
internal sealed class DenseLinearMaker(ScalarType type, Device device) : ILinearMaker
{
    /// <inheritdoc/>
    public Linear Make(Tensor weight, Tensor? bias)
    {
        // A copy even where nothing is to be converted: what was read belongs to the caller.
        Tensor kept = weight.to(type).to(device);
        return new DenseLinear((ReferenceEquals(kept, weight) ? kept.alias() : kept).DetachFromDisposeScope(), bias?.alias().DetachFromDisposeScope());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Each layer owns its own.
    }
}
