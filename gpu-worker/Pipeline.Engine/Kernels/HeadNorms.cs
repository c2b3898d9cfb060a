using static TorchSharp.torch;

namespace Pipeline.Engine.Kernels;

/// <summary>Weights of the norms that query and key heads pass before they turn, the same for all heads of a kind.</summary>
/// <param name="Query">[head size].</param>
/// <param name="Key">[head size].</param>
internal sealed record HeadNorms(Tensor Query, Tensor Key) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        Query.Dispose();
        Key.Dispose();
    }
}
