using Pipeline.Engine.Embedding.Packing;
using Pipeline.Engine.Execution;
using Pipeline.Engine.Layers;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace Pipeline.Engine.Embedding.Encoders;

/// <summary>Attention and feed-forward, each added to what it was computed of and then normalised.</summary>
/// <param name="Attention">The first half.</param>
/// <param name="AttentionNorm">Its norm.</param>
/// <param name="Up">width to intermediate.</param>
/// <param name="Down">intermediate to width.</param>
/// <param name="FeedForwardNorm">The second half's norm.</param>
internal sealed record EncoderLayer(
    EncoderAttention Attention, LayerNorm AttentionNorm, Linear Up, Linear Down, LayerNorm FeedForwardNorm) : IDisposable
{
    /// <summary>Computes [rows, width] from [rows, width].</summary>
    public Tensor Forward(Tensor x, IReadOnlyList<LengthGroup> groups)
    {
        // A layer's intermediate tensors go with it: held to the step's end they would add up.
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor attended = AttentionNorm.Apply(Attention.Forward(x, groups).add_(x, Scalars.One));
        return FeedForwardNorm.Apply(Down.Apply(gelu(Up.Apply(attended))).add_(attended, Scalars.One)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Attention.Dispose();
        AttentionNorm.Dispose();
        Up.Dispose();
        Down.Dispose();
        FeedForwardNorm.Dispose();
    }
}
