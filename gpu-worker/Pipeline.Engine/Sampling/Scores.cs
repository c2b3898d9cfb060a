using Pipeline.Engine.Execution;
using static TorchSharp.torch;

namespace Pipeline.Engine.Sampling;

/// <summary>Computes logarithms of probabilities, on the device: those of the tokens chosen, and of the likeliest.</summary>
internal static class Scores
{
    /// <summary>Scores rows. Sums in float64: over a large vocabulary float32 would lose the tail.</summary>
    /// <param name="logits">[scored, vocabulary]: the model's own, of the rows that are scored.</param>
    /// <param name="tokens">int64 [rows]: what all rows chose.</param>
    /// <param name="inputs">Which rows are scored.</param>
    /// <returns>float64 [scored, 1 + 2 * top]: the token's own logarithm, those of the likeliest tokens, and these tokens' ids.</returns>
    public static Tensor Of(Tensor logits, Tensor tokens, ScoredInputs inputs)
    {
        Tensor wide = logits.to(ScalarType.Float64);
        Tensor total = wide.logsumexp(-1, keepdim: true);
        Tensor asked = where(inputs.Tokens.lt(Scalars.Zero), tokens.index_select(0, inputs.Rows), inputs.Tokens);
        Tensor own = wide.gather(-1, asked.clamp_min(Scalars.Zero).unsqueeze(-1)).sub(total);
        if (inputs.Top == 0)
        {
            return own;
        }

        (Tensor values, Tensor ids) = wide.topk(inputs.Top, -1, true, true);
        return cat([own, values.sub(total), ids.to(ScalarType.Float64)], -1);
    }
}
