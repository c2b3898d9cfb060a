using Pipeline.Engine.Execution;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Sampling;

/// <summary>Chooses the next token of every row in one pass on the device. Must be used within a dispose scope.</summary>
internal static class Sampler
{
    /// <summary>What stands for a row whose logits are not finite, and so mean nothing.</summary>
    public const long NotFinite = -1;

    private static readonly Scalar NotFiniteScalar = NotFinite;

    /// <summary>Chooses a token for each row.</summary>
    /// <param name="logits">float32 [rows, vocabulary].</param>
    /// <param name="drawn">int64 [drawn]: the rows that are drawn by chance, ascending; null for none.</param>
    /// <param name="settings">float64 [3, drawn, 1]: their temperatures, top-p, and chances; null for none.</param>
    /// <returns>int64 [rows] on the device: token ids, or <see cref="NotFinite"/>.</returns>
    public static Tensor Choose(Tensor logits, Tensor? drawn, Tensor? settings)
    {
        // Of equal maxima the first is returned: greedy decoding is exact and the same on every run.
        (Tensor highest, Tensor tokens) = logits.max(-1);
        if (drawn is not null && settings is not null)
        {
            Tensor candidates = drawn.shape[0] == logits.shape[0] ? logits : logits.index_select(0, drawn);
            tokens.index_copy_(0, drawn, Draw(candidates, settings));
        }

        return tokens.masked_fill_(highest.isfinite().logical_not(), NotFiniteScalar);
    }

    private static Tensor Draw(Tensor logits, Tensor settings)
    {
        (Tensor sorted, Tensor ids) = logits.sort(-1, descending: true, stable: true);

        // Sums in float64: over a large vocabulary float32 would lose the tail.
        Tensor probabilities = sorted.to(ScalarType.Float64).div(settings[0]).softmax(-1);
        Tensor sums = probabilities.cumsum(-1);

        // A token is a candidate while those before it do not yet have top-p: the first one always is (even of
        // a row that is not finite, which must not end the step).
        Tensor kept = sums.sub(probabilities).lt(settings[1]).sum(-1, keepdim: true).clamp_min(Scalars.One);
        Tensor mass = sums.gather(-1, kept.sub(Scalars.One));
        Tensor place = sums.le(mass.mul(settings[2])).sum(-1, keepdim: true);
        return ids.gather(-1, minimum(place, kept.sub(Scalars.One))).squeeze(-1);
    }
}
