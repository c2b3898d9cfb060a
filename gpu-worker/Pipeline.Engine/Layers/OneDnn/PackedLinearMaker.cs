using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Layers.OneDnn;

/// <summary>Packs weights for oneDNN, in the type that the model computes with.</summary>
internal sealed class PackedLinearMaker(ScalarType type) : ILinearMaker
{
    /// <inheritdoc/>
    public Linear Make(Tensor weight, Tensor? bias)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        return new PackedLinear(OneDnnOperators.Pack(weight.to(type)).DetachFromDisposeScope(), bias?.alias().DetachFromDisposeScope());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Each layer owns its own.
    }
}
