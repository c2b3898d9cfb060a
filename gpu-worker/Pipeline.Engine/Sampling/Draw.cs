using Pipeline.Engine.Execution;
using static TorchSharp.torch;

namespace Pipeline.Engine.Sampling;

/// <summary>Draws tokens by chance, on the device.</summary>
internal static class Draw
{
    /// <summary>Draws a token for each row.</summary>
    /// <param name="logits">float32 [rows, vocabulary].</param>
    /// <param name="settings">float64 [5, rows, 1]: temperatures, min-p, top-k, top-p, and chances.</param>
    /// <returns>int64 [rows]: token ids; of rows that are not finite any.</returns>
    public static Tensor Choose(Tensor logits, Tensor settings)
    {
        (Tensor sorted, Tensor ids) = logits.sort(-1, descending: true, stable: true);

        // Sums in float64: over a large vocabulary float32 would lose the tail.
        Tensor probabilities = sorted.to(ScalarType.Float64).div(settings[0]).softmax(-1);
        Tensor sums = probabilities.cumsum(-1);

        // Candidates come first in order: those likely enough beside the first, and no more than top-k.
        Tensor likely = probabilities.ge(probabilities.narrow(-1, 0, 1).mul(settings[1])).sum(-1, keepdim: true);
        Tensor most = minimum(likely, settings[2].to(ScalarType.Int64)).clamp_min(Scalars.One);
        Tensor all = sums.gather(-1, most.sub(Scalars.One));

        // A token is a candidate while those before it do not yet have top-p: the first one always is (even of
        // a row that is not finite, which must not end the step).
        Tensor before = sums.sub(probabilities).lt(all.mul(settings[3])).sum(-1, keepdim: true).clamp_min(Scalars.One);
        Tensor kept = minimum(before, most);
        Tensor mass = sums.gather(-1, kept.sub(Scalars.One));
        Tensor place = sums.le(mass.mul(settings[4])).sum(-1, keepdim: true);
        return ids.gather(-1, minimum(place, kept.sub(Scalars.One))).squeeze(-1);
    }
}
