namespace Pipeline.Engine.Sampling;

/// <summary>How one row of logits becomes a token.</summary>
/// <param name="Temperature">0 for the likeliest token.</param>
/// <param name="TopP">The probability that the candidates together have.</param>
/// <param name="Uniform">The chance: in [0, 1).</param>
internal readonly record struct SamplingRow(float Temperature, float TopP, double Uniform);
