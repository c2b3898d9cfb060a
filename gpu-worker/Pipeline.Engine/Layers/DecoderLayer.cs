using Pipeline.Engine.Execution;
using Pipeline.Engine.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Layers;

/// <summary>Attention and feed-forward, each on a normalised copy of the residual stream.</summary>
/// <param name="AttentionNorm">[hidden].</param>
/// <param name="Attention">The first half.</param>
/// <param name="AttentionOutputNorm">[hidden], of what attention adds; null for none.</param>
/// <param name="FeedForwardNorm">[hidden].</param>
/// <param name="FeedForward">The second half.</param>
/// <param name="FeedForwardOutputNorm">[hidden], of what the feed-forward layer adds; null for none.</param>
internal sealed record DecoderLayer(
    Tensor AttentionNorm, AttentionLayer Attention, Tensor? AttentionOutputNorm,
    Tensor FeedForwardNorm, IFeedForward FeedForward, Tensor? FeedForwardOutputNorm) : IDisposable
{
    /// <summary>
    /// Adds <paramref name="delta"/> and the attention's part to <paramref name="residual"/>, both [rows, hidden], in place.
    /// </summary>
    /// <returns>The feed-forward's part, still to be added: whoever normalises next adds it in the same pass.</returns>
    public Tensor Forward(Tensor residual, Tensor? delta, LayerCache cache, IStepKernels kernels)
    {
        // A layer's intermediate tensors go with it: held to the step's end they would add up.
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor attended = Attention.Forward(kernels.Norm(residual, delta, AttentionNorm), cache, kernels);
        attended = Normalised(attended, AttentionOutputNorm, kernels);
        Tensor fed = FeedForward.Forward(kernels.Norm(residual, attended, FeedForwardNorm), kernels);
        return Normalised(fed, FeedForwardOutputNorm, kernels).MoveToOuterDisposeScope();
    }

    private static Tensor Normalised(Tensor x, Tensor? weight, IStepKernels kernels) => weight is null ? x : kernels.Norm(x, null, weight);

    /// <inheritdoc/>
    public void Dispose()
    {
        AttentionNorm.Dispose();
        Attention.Dispose();
        AttentionOutputNorm?.Dispose();
        FeedForwardNorm.Dispose();
        FeedForward.Dispose();
        FeedForwardOutputNorm?.Dispose();
    }
}
