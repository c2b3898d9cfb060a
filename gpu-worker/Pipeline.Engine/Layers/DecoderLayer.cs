using Pipeline.Engine.Execution;
using Pipeline.Engine.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Layers;

/// <summary>Attention and feed-forward, each on a normalised copy and added to the residual stream.</summary>
internal sealed record DecoderLayer(
    Tensor AttentionNorm, AttentionLayer Attention, Tensor FeedForwardNorm, FeedForwardLayer FeedForward)
{
    /// <summary>Adds this layer's part to <paramref name="residual"/> ([rows, hidden]), in place.</summary>
    public void Forward(Tensor residual, StepInputs step, LayerCache cache, IKernels kernels)
    {
        // A layer's intermediate tensors go with it: held to the step's end they would add up.
        using DisposeScope scope = torch.NewDisposeScope();
        residual.add_(Attention.Forward(kernels.RmsNorm(residual, AttentionNorm), step, cache, kernels), Scalars.One);
        residual.add_(FeedForward.Forward(kernels.RmsNorm(residual, FeedForwardNorm), kernels), Scalars.One);
    }
}
