using Pipeline.Engine.Execution;
using Pipeline.Engine.Kernels;
using Pipeline.Engine.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Models;

/// <summary>A loaded decoder: token ids in, logits or states out.</summary>
/// <param name="Config">The shape.</param>
/// <param name="Type">What is computed in.</param>
/// <param name="Embedding">[vocabulary, hidden].</param>
/// <param name="Layers">The layers, first to last.</param>
/// <param name="FinalNorm">[hidden].</param>
/// <param name="Head">hidden to vocabulary; null where only states are wanted.</param>
/// <param name="Linears">What gave the matrices their form.</param>
internal sealed record Decoder(
    ModelConfig Config, ScalarType Type, Tensor Embedding, IReadOnlyList<DecoderLayer> Layers, Tensor FinalNorm, Linear? Head,
    ILinearMaker Linears) : IDisposable
{
    private readonly Scalar? _embeddingScale = Config.EmbeddingScale is 1 ? null : Rounded((float)Config.EmbeddingScale, Type);

    private readonly Scalar? _logitCap = Config.LogitCap is { } cap ? cap : null;

    private readonly Scalar? _inverseLogitCap = Config.LogitCap is { } cap ? 1 / cap : null;

    /// <summary>Computes logits [samples, vocabulary], in the engine's type, of the rows that a next token comes of; null where none does.</summary>
    public Tensor? Forward(StepInputs step, KvCache cache, IStepKernels kernels)
    {
        (Tensor residual, Tensor? delta) = Run(step.Tokens, cache.Layers, kernels);
        if (step.SampleRows.shape[0] == 0)
        {
            return null;
        }

        // The head is the largest product of all: only the rows that sample go through it.
        Tensor sampled = residual.index_select(0, step.SampleRows);
        Tensor normalised = kernels.Norm(sampled, delta?.index_select(0, step.SampleRows), FinalNorm);
        Tensor logits = (Head ?? throw new InvalidOperationException("The decoder was loaded without its head.")).Apply(normalised);
        return _logitCap is null ? logits : logits.mul_(_inverseLogitCap!).tanh_().mul_(_logitCap);
    }

    /// <summary>Computes every row's state [rows, hidden]: what the head would be applied to.</summary>
    /// <param name="tokens">int64 [rows]: token ids.</param>
    /// <param name="cache">Each layer's part of a cache; of a step that computes its sequences whole, one for all will do.</param>
    /// <param name="kernels">What computes.</param>
    public Tensor States(Tensor tokens, IReadOnlyList<LayerCache> cache, IStepKernels kernels)
    {
        (Tensor residual, Tensor? delta) = Run(tokens, cache, kernels);
        return kernels.Norm(residual, delta, FinalNorm);
    }

    /// <summary>The residual stream after all layers, and what the last one still adds to it.</summary>
    private (Tensor Residual, Tensor? Delta) Run(Tensor tokens, IReadOnlyList<LayerCache> cache, IStepKernels kernels)
    {
        Tensor residual = Embedding.index_select(0, tokens);
        if (_embeddingScale is not null)
        {
            residual.mul_(_embeddingScale);
        }

        Tensor? delta = null;
        for (int i = 0; i < Layers.Count; i++)
        {
            Tensor next = Layers[i].Forward(residual, delta, cache[i], kernels);
            delta?.Dispose();
            delta = next;
        }

        return (residual, delta);
    }

    /// <summary>A number as the model's type holds it: the reference keeps this one in a tensor.</summary>
    private static float Rounded(float number, ScalarType type) =>
        type == ScalarType.BFloat16 ? (float)(BFloat16)number : number;

    /// <inheritdoc/>
    public void Dispose()
    {
        Embedding.Dispose();
        foreach (DecoderLayer layer in Layers)
        {
            layer.Dispose();
        }

        FinalNorm.Dispose();
        Head?.Dispose();
        Linears.Dispose();
    }
}
