using Pipeline.Engine.Execution;
using static TorchSharp.torch;

namespace Pipeline.Engine.Layers.OneDnn;

/// <summary>
/// Whole-number weights kept in the order of oneDNN's layout: widened into a buffer in the processor's cache, multiplied there,
/// and the outputs scaled. A byte is read from memory for each weight.
/// </summary>
/// <param name="narrow">The weights, in the buffer's order.</param>
/// <param name="scales">float32 [outputs].</param>
/// <param name="bias">[outputs], or null.</param>
/// <param name="buffer">Shared by all matrices of this shape; not owned.</param>
internal sealed class PackedInt8Linear(sbyte[] narrow, Tensor scales, Tensor? bias, WideningBuffer buffer) : Linear
{
    /// <inheritdoc/>
    public override Tensor Apply(Tensor x)
    {
        buffer.Widen(narrow);
        Tensor scaled = OneDnnOperators.Apply(x, buffer.Packed, null).mul_(scales);
        return bias is null ? scaled : scaled.add_(bias, Scalars.One);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        scales.Dispose();
        bias?.Dispose();
    }
}
