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

    /// <summary>Chooses a token for each row, and scores those that are to be.</summary>
    /// <param name="kernels">Choose for the rows that take the likeliest token.</param>
    /// <param name="logits">[rows, vocabulary], in the engine's type. They may be overwritten.</param>
    /// <param name="inputs">The other rows; null for none.</param>
    /// <returns>On the device: int64 [rows], token ids or <see cref="NotFinite"/>; and what <see cref="Scores"/> says, or null.</returns>
    public static (Tensor Tokens, Tensor? Scores) Choose(IStepKernels kernels, Tensor logits, SamplingInputs? inputs)
    {
        Tensor tokens = kernels.Choose(logits);

        // A copy: the logits of special rows are about to be changed.
        Tensor? scored = inputs?.Scored is { } asked ? logits.index_select(0, asked.Rows) : null;
        if (inputs?.Special is { } special)
        {
            ChooseSpecial(kernels, logits, tokens, special);
        }

        return (tokens, scored is null ? null : Scores.Of(scored, tokens, inputs!.Scored!));
    }

    private static void ChooseSpecial(IStepKernels kernels, Tensor logits, Tensor tokens, SpecialInputs inputs)
    {
        Tensor special = inputs.Rows.shape[0] == logits.shape[0] ? logits : logits.index_select(0, inputs.Rows);
        Tensor meaningless = tokens.index_select(0, inputs.Rows).lt(Scalars.Zero);
        Tensor chosen = JustMasks(inputs) is { } masks ? kernels.Choose(special, masks.Bits) : ChangeAndChoose(special.to(ScalarType.Float32), inputs);
        tokens.index_copy_(0, inputs.Rows, chosen.masked_fill_(meaningless, NotFiniteScalar));
    }

    /// <summary>The masks, where all special rows take the likeliest token that theirs allows.</summary>
    private static MaskInputs? JustMasks(SpecialInputs inputs) =>
        inputs is { FromAll: null, FromLikeliest: null, Edits: null, Masks: { } masks } && masks.Places.shape[0] == inputs.Rows.shape[0] ? masks : null;

    private static Tensor ChangeAndChoose(Tensor logits, SpecialInputs inputs)
    {
        LogitChange.Edit(logits, inputs.Edits);
        LogitChange.Mask(logits, inputs.Masks);
        return ChooseAmong(logits, inputs);
    }

    private static Tensor ChooseAmong(Tensor logits, SpecialInputs inputs)
    {
        Tensor? fromAll = DrawFor(inputs.FromAll, Draw.FromAll), fromLikeliest = DrawFor(inputs.FromLikeliest, Draw.FromLikeliest);
        if ((fromAll ?? fromLikeliest) is { } drawn && drawn.shape[0] == logits.shape[0])
        {
            return drawn;
        }

        Tensor tokens = logits.argmax(-1);
        Put(inputs.FromAll, fromAll);
        Put(inputs.FromLikeliest, fromLikeliest);
        return tokens;

        Tensor? DrawFor(DrawnInputs? rows, Func<Tensor, Tensor, Tensor> draw) => rows is null ? null
            : draw(rows.Places.shape[0] == logits.shape[0] ? logits : logits.index_select(0, rows.Places), rows.Settings);

        void Put(DrawnInputs? rows, Tensor? chosen)
        {
            if (rows is not null)
            {
                tokens.index_copy_(0, rows.Places, chosen!);
            }
        }
    }
}
