using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace Pipeline.Engine.Layers;

/// <summary>The weights as they are.</summary>
/// <param name="weight">[outputs, inputs].</param>
/// <param name="bias">[outputs], or null.</param>
internal sealed class DenseLinear(Tensor weight, Tensor? bias) : Linear
{
    /// <inheritdoc/>
    public override Tensor Apply(Tensor x) => linear(x, weight, bias);

    /// <inheritdoc/>
    public override void Dispose()
    {
        weight.Dispose();
        bias?.Dispose();
    }
}
