using Pipeline.Engine.Kernels;
using static TorchSharp.torch;

namespace Pipeline.Engine.Layers;

/// <summary>The second half of a decoder layer. Owns its tensors.</summary>
internal interface IFeedForward : IDisposable
{
    /// <summary>Computes [rows, hidden] from normalised [rows, hidden]. The result lives in the caller's dispose scope.</summary>
    Tensor Forward(Tensor x, IStepKernels kernels);
}
