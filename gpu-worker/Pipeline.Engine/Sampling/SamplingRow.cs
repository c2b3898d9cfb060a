using Pipeline.Engine.Grammar;

namespace Pipeline.Engine.Sampling;

/// <summary>
/// How one row of logits becomes a token: all that there is to know about it. What it refers to is read when the row is added
/// to <see cref="SamplingRows"/>, and may change afterwards, for the next row.
/// </summary>
/// <param name="Parameters">What the request asks for.</param>
/// <param name="Uniform">The chance: in [0, 1).</param>
internal readonly record struct SamplingRow(SamplingParameters Parameters, double Uniform)
{
    /// <summary>What is changed in the logits, by what came before this row; null for nothing.</summary>
    public LogitEdits? Edits { get; init; }

    /// <summary>Whether the tokens that would end the completion are not to be chosen: of <see cref="Edits"/>, which then is there.</summary>
    public bool MustGoOn { get; init; }

    /// <summary>What may be chosen, as it stands before this row; null for all.</summary>
    public ITokenConstraint? Constraint { get; init; }

    /// <summary>How many of the likeliest tokens are to be told with the token's own probability; null for neither.</summary>
    public int? Logprobs { get; init; }

    /// <summary>Whether the likeliest token of the model's own logits is taken.</summary>
    public bool IsPlain => Parameters.Temperature == 0 && Edits is null && Constraint is null;
}
