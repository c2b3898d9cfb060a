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
    /// <param name="logits">[rows, vocabulary], in the engine's type. They may be overwritten.</param>
    /// <param name="inputs">The other rows; null for none.</param>
    /// <returns>int64 [rows] on the device: token ids, or <see cref="NotFinite"/>.</returns>
    public static Tensor Choose(IStepKernels kernels, Tensor logits, SamplingInputs? inputs)
    {
        Tensor tokens = kernels.Choose(logits);
        if (inputs is null)
        {
            return tokens;
        }

        bool all = inputs.Rows.shape[0] == logits.shape[0];
        Tensor special = (all ? logits : logits.index_select(0, inputs.Rows)).to(ScalarType.Float32);
        LogitChange.Edit(special, inputs.Edits);
        LogitChange.Mask(special, inputs.Masks);
        Tensor meaningless = tokens.index_select(0, inputs.Rows).lt(Scalars.Zero);
        return tokens.index_copy_(0, inputs.Rows, ChooseSpecial(special, inputs.Drawn).masked_fill_(meaningless, NotFiniteScalar));
    }

    private static Tensor ChooseSpecial(Tensor logits, DrawnInputs? drawn)
    {
        if (drawn is not null && drawn.Places.shape[0] == logits.shape[0])
        {
            return Draw.Choose(logits, drawn.Settings);
        }

        Tensor tokens = logits.argmax(-1);
        return drawn is null ? tokens
            : tokens.index_copy_(0, drawn.Places, Draw.Choose(logits.index_select(0, drawn.Places), drawn.Settings));
    }
}
