using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace Pipeline.Engine.Embedding.Encoders;

/// <summary>Brings each row to mean 0 and variance 1, then scales and shifts it. Owns its tensors.</summary>
/// <param name="Weight">[width].</param>
/// <param name="Bias">[width].</param>
/// <param name="Epsilon">Added to the variance under the root.</param>
internal sealed record LayerNorm(Tensor Weight, Tensor Bias, double Epsilon) : IDisposable
{
    /// <summary>Computes [rows, width] from [rows, width].</summary>
    public Tensor Apply(Tensor x) => layer_norm(x, Weight.shape, Weight, Bias, Epsilon);

    /// <inheritdoc/>
    public void Dispose()
    {
        Weight.Dispose();
        Bias.Dispose();
    }
}
