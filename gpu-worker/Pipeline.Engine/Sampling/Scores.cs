using Pipeline.Engine.Execution;
using static TorchSharp.torch;

namespace Pipeline.Engine.Sampling;

/// <summary>Computes logarithms of probabilities, on the device: those of the tokens chosen, and of the likeliest.</summary>
internal static class Scores
{
    /// <summary>Scores rows. Sums in float64: over a large vocabulary float32 would lose the tail.</summary>
    /// <param name="logits">[scored, vocabulary]: the model's own, of the rows that are scored.</param>
    /// <param name="tokens">int64 [scored]: what these rows chose.</param>
    /// <param name="top">How many of the likeliest tokens are wanted.</param>
    /// <returns>float64 [scored, 1 + 2 * top]: the token's own logarithm, those of the likeliest tokens, and these tokens' ids.</returns>
    public static Tensor Of(Tensor logits, Tensor tokens, int top)
    {
        Tensor wide = logits.to(ScalarType.Float64);
        Tensor total = wide.logsumexp(-1, keepdim: true);
        Tensor own = wide.gather(-1, tokens.clamp_min(Scalars.Zero).unsqueeze(-1)).sub(total);
        if (top == 0)
        {
            return own;
        }

        (Tensor values, Tensor ids) = wide.topk(top, -1, true, true);
        return cat([own, values.sub(total), ids.to(ScalarType.Float64)], -1);
    }
}
