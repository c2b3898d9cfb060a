using static TorchSharp.torch;

namespace Pipeline.Engine.Layers;

/// <summary>A weight matrix in some form: x times its transpose, plus the bias if it has one. Owns its tensors.</summary>
internal abstract class Linear : IDisposable
{
    /// <summary>Computes [rows, outputs] from [rows, inputs]. The result lives in the caller's dispose scope.</summary>
    public abstract Tensor Apply(Tensor x);

    /// <inheritdoc/>
    public abstract void Dispose();
}
