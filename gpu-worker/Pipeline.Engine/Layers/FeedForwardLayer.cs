using Pipeline.Engine.Kernels;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace Pipeline.Engine.Layers;

/// <summary>The gated feed-forward layer: down(silu(gate(x)) * up(x)).</summary>
/// <param name="GateUp">[2 * intermediate, hidden]: two projections in one.</param>
/// <param name="Down">[hidden, intermediate].</param>
internal sealed record FeedForwardLayer(Tensor GateUp, Tensor Down)
{
    /// <summary>Computes [rows, hidden] from normalised [rows, hidden].</summary>
    public Tensor Forward(Tensor x, IKernels kernels) =>
        linear(kernels.SiluMultiply(linear(x, GateUp)), Down);
}
