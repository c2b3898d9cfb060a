using Pipeline.Data.Results;

namespace Pipeline.Data.Pricing;

/// <summary>What a million tokens cost, in one currency.</summary>
/// <param name="Input">Tokens of prompts that have to be computed.</param>
/// <param name="CachedInput">Tokens of prompts that come out of the prefix cache; no more than <paramref name="Input"/>.</param>
/// <param name="Output">Generated tokens.</param>
public readonly record struct TokenPrice(decimal Input, decimal CachedInput, decimal Output)
{
    private const decimal Million = 1_000_000;

    /// <summary>What these tokens cost; not rounded.</summary>
    /// <param name="prompt">Tokens of the prompts, cached ones included.</param>
    /// <param name="cached">Those of them that came out of the cache.</param>
    /// <param name="output">Generated tokens; need not be whole, where they are an expectation.</param>
    public decimal Of(long prompt, long cached, decimal output) => (((prompt - cached) * Input) + (cached * CachedInput) + (output * Output)) / Million;

    /// <summary>What the tokens of an attempt cost; not rounded.</summary>
    public decimal Of(in AttemptTokens tokens) => Of(tokens.Prompt, tokens.Cached, tokens.Completion);
}
