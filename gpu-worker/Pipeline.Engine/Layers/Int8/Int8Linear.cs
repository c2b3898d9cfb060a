using Pipeline.Engine.Execution;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace Pipeline.Engine.Layers.Int8;

/// <summary>Whole-number weights, widened for each product: half the memory, on any device.</summary>
/// <param name="weights">The weights; owned.</param>
/// <param name="bias">[outputs], or null.</param>
internal sealed class Int8Linear(Int8Weights weights, Tensor? bias) : Linear
{
    /// <inheritdoc/>
    public override Tensor Apply(Tensor x)
    {
        using Tensor widened = weights.Values.to(x.dtype);
        Tensor scaled = linear(x, widened).mul_(weights.Scales);
        return bias is null ? scaled : scaled.add_(bias, Scalars.One);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        weights.Values.Dispose();
        weights.Scales.Dispose();
        bias?.Dispose();
    }
}
