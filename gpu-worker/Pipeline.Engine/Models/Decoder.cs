using Pipeline.Engine.Execution;
using Pipeline.Engine.Kernels;
using Pipeline.Engine.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace Pipeline.Engine.Models;

/// <summary>A loaded decoder: token ids in, logits out.</summary>
internal sealed class Decoder(
    ModelConfig config, Tensor embedding, IReadOnlyList<DecoderLayer> layers, Tensor norm, Tensor head, IDisposable weights)
    : IDisposable
{
    /// <summary>The shape.</summary>
    public ModelConfig Config => config;

    /// <summary>Computes float32 logits [samples, vocabulary] of the rows that a next token comes of.</summary>
    public Tensor Forward(StepInputs step, KvCache cache, IKernels kernels)
    {
        Tensor residual = embedding.index_select(0, step.Tokens);
        for (int i = 0; i < layers.Count; i++)
        {
            layers[i].Forward(residual, step, cache.Layers[i], kernels);
        }

        Tensor sampled = residual.index_select(0, step.SampleRows);
        return linear(kernels.RmsNorm(sampled, norm), head).to(ScalarType.Float32);
    }

    /// <inheritdoc/>
    public void Dispose() => weights.Dispose();
}
