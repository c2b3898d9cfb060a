using Pipeline.Engine.Embedding.Packing;
using Pipeline.Engine.Layers;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace Pipeline.Engine.Embedding.Encoders;

/// <summary>Attention of every token over all tokens of its input, before it and after it.</summary>
/// <param name="Heads">Number of heads.</param>
/// <param name="QueryKeyValue">width to 3 * width: three projections in one.</param>
/// <param name="Output">width to width.</param>
internal sealed record EncoderAttention(int Heads, Linear QueryKeyValue, Linear Output) : IDisposable
{
    /// <summary>Computes [rows, width] from [rows, width].</summary>
    /// <param name="x">The states.</param>
    /// <param name="groups">The step's inputs by length, in row order.</param>
    public Tensor Forward(Tensor x, IReadOnlyList<LengthGroup> groups)
    {
        Tensor projected = QueryKeyValue.Apply(x);
        Tensor[] mixed = [.. groups.Select(group => Attend(projected.narrow(0, group.FirstRow, group.Rows), group))];
        return Output.Apply(mixed.Length == 1 ? mixed[0] : torch.cat(mixed));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        QueryKeyValue.Dispose();
        Output.Dispose();
    }

    private Tensor Attend(Tensor projected, LengthGroup group)
    {
        // [query, key or value; input; head; token; value]: equal lengths need no mask.
        Tensor parts = projected.view(group.Count, group.Length, 3, Heads, -1).permute(2, 0, 3, 1, 4);
        return scaled_dot_product_attention(parts.select(0, 0), parts.select(0, 1), parts.select(0, 2))
            .transpose(1, 2).reshape(group.Rows, -1);
    }
}
