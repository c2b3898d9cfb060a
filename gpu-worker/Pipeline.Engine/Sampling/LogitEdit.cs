namespace Pipeline.Engine.Sampling;

/// <summary>What is done to one logit x: y = x + bias; then y / factor if y is above 0, y * factor otherwise; then - less.</summary>
/// <param name="Token">Whose logit.</param>
/// <param name="Bias">Added first; negative infinity for a token that is not to be chosen.</param>
/// <param name="Factor">Above 0.</param>
/// <param name="Less">Taken off last.</param>
internal readonly record struct LogitEdit(int Token, float Bias, float Factor, float Less);
