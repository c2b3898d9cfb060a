using Pipeline.Engine.Kernels;
using static TorchSharp.torch;

namespace Pipeline.Engine.Layers;

/// <summary>The gated feed-forward layer: down(activation(gate(x)) * up(x)).</summary>
/// <param name="GateUp">hidden to 2 * intermediate: two projections in one.</param>
/// <param name="Down">intermediate to hidden.</param>
internal sealed record FeedForwardLayer(Linear GateUp, Linear Down) : IFeedForward
{
    /// <inheritdoc/>
    public Tensor Forward(Tensor x, IStepKernels kernels) => Down.Apply(kernels.Gate(GateUp.Apply(x)));

    /// <inheritdoc/>
    public void Dispose()
    {
        GateUp.Dispose();
        Down.Dispose();
    }
}
