using static TorchSharp.torch;

namespace Pipeline.Engine.Sampling;

/// <summary>What the device has to know of the rows of a step that do not just take the likeliest token.</summary>
/// <param name="Special">Rows that take another; null for none.</param>
/// <param name="Scored">Rows whose probabilities are asked for, special or not; null for none.</param>
internal sealed record SamplingInputs(SpecialInputs? Special, ScoredInputs? Scored);

/// <summary>Rows that do not just take the likeliest token.</summary>
/// <param name="Rows">int64 [special]: which rows of the logits they are, ascending. A place is an index into these.</param>
/// <param name="FromAll">Which of them are drawn from all tokens; null for none.</param>
/// <param name="FromLikeliest">Which of them are drawn from the likeliest; null for none.</param>
/// <param name="Edits">What is done to single logits; null for nothing.</param>
/// <param name="Masks">What may be chosen; null where all may.</param>
internal sealed record SpecialInputs(
    Tensor Rows, DrawnInputs? FromAll, DrawnInputs? FromLikeliest, EditInputs? Edits, MaskInputs? Masks);

/// <summary>Rows whose probabilities are asked for.</summary>
/// <param name="Rows">int64 [scored]: which rows of the logits they are, ascending.</param>
/// <param name="Tokens">int64 [scored]: the token asked for; below 0 where it is the one that the row chooses.</param>
/// <param name="Top">Likeliest tokens for each.</param>
internal sealed record ScoredInputs(Tensor Rows, Tensor Tokens, int Top);

/// <summary>Rows that are drawn by chance.</summary>
/// <param name="Places">int64 [drawn].</param>
/// <param name="Settings">float64 [5, drawn, 1]: temperatures, min-p, top-k, top-p, and chances.</param>
internal sealed record DrawnInputs(Tensor Places, Tensor Settings);

/// <summary>Edits of single logits: see <see cref="LogitEdit"/>.</summary>
/// <param name="Indices">int64 [edits]: place * vocabulary + token, each at most once.</param>
/// <param name="Values">float64 [3, edits]: bias, factor, and less.</param>
internal sealed record EditInputs(Tensor Indices, Tensor Values);

/// <summary>Constraints of rows.</summary>
/// <param name="Places">int64 [masked].</param>
/// <param name="Bits">uint8 [masked, bytes]: bit (t % 8) of byte (t / 8) says whether token t may come; bytes are a multiple of 4.</param>
internal sealed record MaskInputs(Tensor Places, Tensor Bits);
