namespace Pipeline.Engine;

/// <summary>
/// How likely the model itself held a token, and which others it held likeliest: natural logarithms of the softmax of its logits,
/// before temperature, penalties, bias or constraint change anything. That is what OpenAI and vLLM report; it compares between
/// requests of different settings, and is finite also for a token that won only because others were not allowed.
/// </summary>
/// <param name="Token">The token.</param>
/// <param name="Logprob">Its logarithm.</param>
/// <param name="Top">The likeliest tokens, as many as were asked for, likeliest first; of equals the lowest id first.</param>
public sealed record TokenLogprobs(int Token, double Logprob, IReadOnlyList<TokenLogprob> Top);

/// <summary>A token, and the logarithm of its probability.</summary>
/// <param name="Token">The token.</param>
/// <param name="Logprob">Its logarithm.</param>
public readonly record struct TokenLogprob(int Token, double Logprob);
