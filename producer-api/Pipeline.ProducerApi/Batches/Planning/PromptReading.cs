using Pipeline.ProducerApi.Pricing;
using Pipeline.Tokenization.Prefixes;

namespace Pipeline.ProducerApi.Batches.Planning;

/// <summary>What was found out about a request.</summary>
/// <param name="Outline">Its prompt, of several the first; <see langword="null"/> if it will be refused, or has texts to embed.</param>
/// <param name="Refusal">The answer that it gets at once, as JSON; <see langword="null"/> if it is to run.</param>
/// <param name="Tokens">How many tokens it has; <see langword="null"/> if it will be refused.</param>
internal readonly record struct PromptReading(PromptOutline? Outline, string? Refusal, TokenBounds? Tokens);
