using Pipeline.Engine.Embedding.Packing;
using Pipeline.Engine.Execution;
using Pipeline.Engine.Layers;
using static TorchSharp.torch;

namespace Pipeline.Engine.Embedding.Encoders;

/// <summary>A loaded encoder: token ids in, states out.</summary>
/// <param name="Config">The shape.</param>
/// <param name="Words">[vocabulary, width].</param>
/// <param name="Places">[context, width]: what a position adds, and the token type with it.</param>
/// <param name="Norm">The norm of their sum.</param>
/// <param name="Layers">The layers, first to last.</param>
/// <param name="Linears">What gave the matrices their form.</param>
internal sealed record Encoder(
    EncoderConfig Config, Tensor Words, Tensor Places, LayerNorm Norm, IReadOnlyList<EncoderLayer> Layers, ILinearMaker Linears) : IDisposable
{
    /// <summary>Computes the states [rows, width].</summary>
    /// <param name="tokens">int64 [rows].</param>
    /// <param name="positions">int64 [rows]: places in the inputs, from 0.</param>
    /// <param name="groups">The inputs by length, in row order.</param>
    public Tensor Forward(Tensor tokens, Tensor positions, IReadOnlyList<LengthGroup> groups)
    {
        Tensor x = Norm.Apply(Words.index_select(0, tokens).add_(Places.index_select(0, positions), Scalars.One));
        foreach (EncoderLayer layer in Layers)
        {
            Tensor next = layer.Forward(x, groups);
            x.Dispose();
            x = next;
        }

        return x;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Words.Dispose();
        Places.Dispose();
        Norm.Dispose();
        foreach (EncoderLayer layer in Layers)
        {
            layer.Dispose();
        }

        Linears.Dispose();
    }
}
