using Pipeline.Engine.Execution;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Sampling;

/// <summary>Draws tokens by chance, on the device. Sums in float64: over a large vocabulary float32 would lose the tail.</summary>
internal static class Draw
{
    /// <summary>So many of the likeliest tokens are looked at first, where that may save sorting the whole vocabulary.</summary>
    public const int Near = 512;

    /// <summary>
    /// Draws a token for each row from the whole vocabulary, in the order of ids: nothing has to be sorted. What happens to be
    /// drawn is as likely as in any other order.
    /// </summary>
    /// <param name="logits">float32 [rows, vocabulary].</param>
    /// <param name="settings">float64 [5, rows, 1]: temperatures, min-p, top-k, top-p, and chances; the three between say "all".</param>
    /// <returns>int64 [rows]: token ids; of rows that are not finite any.</returns>
    public static Tensor FromAll(Tensor logits, Tensor settings)
    {
        Tensor sums = logits.to(ScalarType.Float64).div(settings[0]).softmax(-1).cumsum(-1);
        Tensor mass = sums.narrow(-1, sums.shape[1] - 1, 1);

        // Chances are so far below 1 that the last sum is never passed by.
        return sums.le(mass.mul(settings[4])).sum(-1);
    }

    /// <summary>Draws a token for each row from its likeliest tokens, in the order of probability, then of ids.</summary>
    /// <inheritdoc cref="FromAll"/>
    public static Tensor FromLikeliest(Tensor logits, Tensor settings)
    {
        Tensor scale = logits.to(ScalarType.Float64).div(settings[0]).logsumexp(-1, keepdim: true);

        // To know whether that was enough the host has to see it. Where the device computes by itself it had better sort.
        if (logits.device.type == DeviceType.CPU && logits.shape[1] > 2 * Near && FromNear(logits, settings, scale) is { } drawn)
        {
            return drawn;
        }

        (Tensor sorted, Tensor ids) = logits.sort(-1, descending: true, stable: true);
        return new Candidates(sorted, settings, scale).Draw(ids);
    }

    /// <summary>The same, if in every row all candidates are among the nearest, which is proved, and so what is beyond does not matter.</summary>
    private static Tensor? FromNear(Tensor logits, Tensor settings, Tensor scale)
    {
        (Tensor values, Tensor unordered) = logits.topk(Near, -1, true, true);

        // Equals in the order of their ids, as a stable sort of all would have them.
        (Tensor byId, Tensor places) = unordered.sort(-1, descending: false, stable: true);
        (Tensor sorted, Tensor order) = values.gather(-1, places).sort(-1, descending: true, stable: true);
        Candidates candidates = new(sorted, settings, scale);
        return candidates.AreAllBefore() ? candidates.Draw(byId.gather(-1, order)) : null;
    }
}
