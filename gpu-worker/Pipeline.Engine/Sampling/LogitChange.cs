using Pipeline.Engine.Execution;
using static TorchSharp.torch;

namespace Pipeline.Engine.Sampling;

/// <summary>Changes logits before a token is chosen, on the device: all rows of a step in one operation.</summary>
internal static class LogitChange
{
    /// <summary>Edits single logits in place.</summary>
    /// <param name="logits">float32 [places, vocabulary], contiguous.</param>
    /// <param name="edits">What to do; null for nothing.</param>
    public static void Edit(Tensor logits, EditInputs? edits)
    {
        if (edits is null)
        {
            return;
        }

        Tensor flat = logits.view(-1), factor = edits.Values[1];
        Tensor biased = flat.index_select(0, edits.Indices).to(ScalarType.Float64).add(edits.Values[0], Scalars.One);
        Tensor scaled = where(biased.gt(Scalars.Zero), biased.div(factor), biased.mul(factor));
        flat.index_copy_(0, edits.Indices, scaled.sub(edits.Values[2]).to(ScalarType.Float32));
    }

    /// <summary>Makes what may not be chosen impossible, in place.</summary>
    /// <param name="logits">float32 [places, vocabulary].</param>
    /// <param name="masks">What may be chosen; null where all may.</param>
    public static void Mask(Tensor logits, MaskInputs? masks)
    {
        if (masks is null)
        {
            return;
        }

        Tensor refused = Refused(masks.Bits, logits);
        if (masks.Places.shape[0] == logits.shape[0])
        {
            logits.masked_fill_(refused, Scalars.NegativeInfinity);
            return;
        }

        logits.index_copy_(0, masks.Places, logits.index_select(0, masks.Places).masked_fill_(refused, Scalars.NegativeInfinity));
    }

    /// <summary>A copy in which what may not be chosen is impossible.</summary>
    /// <param name="logits">[rows, vocabulary].</param>
    /// <param name="bits">See <see cref="MaskInputs"/>; a row for each.</param>
    public static Tensor Refuse(Tensor logits, Tensor bits) => logits.masked_fill(Refused(bits, logits), Scalars.NegativeInfinity);

    private static Tensor Refused(Tensor bits, Tensor logits)
    {
        using Tensor powers = tensor(Powers).to(logits.device);
        return bits.unsqueeze(-1).bitwise_and(powers).eq(Scalars.Zero).view(bits.shape[0], -1).narrow(-1, 0, logits.shape[1]);
    }

    private static readonly byte[] Powers = [1, 2, 4, 8, 16, 32, 64, 128];
}
