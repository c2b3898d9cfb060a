using Pipeline.Engine.Execution;
using Pipeline.Engine.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Sampling;

/// <summary>Chooses the next token of every row in one pass on the device. Must be used within a dispose scope.</summary>
internal static class Sampler
{
    /// <summary>What stands for a row whose logits are not finite, and so mean nothing.</summary>
    public const long NotFinite = -1;

    /// <summary>The same for torch operations.</summary>
    public static readonly Scalar NotFiniteScalar = NotFinite;

    /// <summary>Chooses a token for each row.</summary>
    /// <param name="kernels">Choose for the rows that take the likeliest token.</param>
    /// <param name="logits">[rows, vocabulary], in the engine's type.</param>
    /// <param name="drawn">int64 [drawn]: the rows that are drawn by chance, ascending; null for none.</param>
    /// <param name="settings">float64 [3, drawn, 1]: their temperatures, top-p, and chances; null for none.</param>
    /// <returns>int64 [rows] on the device: token ids, or <see cref="NotFinite"/>.</returns>
    public static Tensor Choose(IStepKernels kernels, Tensor logits, Tensor? drawn, Tensor? settings)
    {
        Tensor tokens = kernels.Choose(logits);
        if (drawn is not null && settings is not null)
        {
            Tensor candidates = drawn.shape[0] == logits.shape[0] ? logits : logits.index_select(0, drawn);
            Tensor meaningless = tokens.index_select(0, drawn).lt(Scalars.Zero);
            tokens.index_copy_(0, drawn, Draw(candidates, settings).masked_fill_(meaningless, NotFiniteScalar));
        }

        return tokens;
    }

    private static Tensor Draw(Tensor logits, Tensor settings)
    {
        (Tensor sorted, Tensor ids) = logits.to(ScalarType.Float32).sort(-1, descending: true, stable: true);

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
