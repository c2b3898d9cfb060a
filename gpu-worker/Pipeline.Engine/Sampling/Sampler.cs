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
    /// <param name="rows">How, for each row.</param>
    /// <returns>int64 [rows] on the device: token ids, or <see cref="NotFinite"/>.</returns>
    public static Tensor Choose(Tensor logits, IReadOnlyList<SamplingRow> rows)
    {
        // Of equal maxima the first is returned: greedy decoding is exact and the same on every run.
        (Tensor highest, Tensor tokens) = logits.max(-1);
        long[] drawn = [.. Enumerable.Range(0, rows.Count).Where(i => rows[i].Temperature > 0).Select(i => (long)i)];
        if (drawn.Length > 0)
        {
            Tensor index = tensor(drawn, device: logits.device);
            Tensor candidates = drawn.Length == rows.Count ? logits : logits.index_select(0, index);
            tokens.index_copy_(0, index, Draw(candidates, [.. drawn.Select(i => rows[(int)i])]));
        }

        return tokens.masked_fill_(highest.isfinite().logical_not(), NotFiniteScalar);
    }

    private static Tensor Draw(Tensor logits, SamplingRow[] rows)
    {
        // [3, rows, 1]: temperature, top-p and chance travel together.
        Tensor settings = tensor(
            rows.Select(r => (double)r.Temperature).Concat(rows.Select(r => (double)r.TopP)).Concat(rows.Select(r => r.Uniform)).ToArray(),
            [3, rows.Length, 1], dtype: ScalarType.Float64, device: logits.device);
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
