using static TorchSharp.torch;

namespace Pipeline.Engine.Layers.OneDnn;

/// <summary>Weights in oneDNN's layout.</summary>
/// <param name="packed">Of <see cref="OneDnnOperators.Pack"/>.</param>
/// <param name="bias">[outputs], or null.</param>
internal sealed class PackedLinear(Tensor packed, Tensor? bias) : Linear
{
    /// <inheritdoc/>
    public override Tensor Apply(Tensor x) => OneDnnOperators.Apply(x, packed, bias);

    /// <inheritdoc/>
    public override void Dispose()
    {
        packed.Dispose();
        bias?.Dispose();
    }
}
