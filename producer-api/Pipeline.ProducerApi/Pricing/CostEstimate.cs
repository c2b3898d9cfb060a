using System.Text.Json;
using Pipeline.Data.Pricing;

namespace Pipeline.ProducerApi.Pricing;

/// <summary>What a batch is expected to take and to cost. What cannot be told is <see langword="null"/>, never 0.</summary>
/// <param name="Requests">Lines that will run.</param>
/// <param name="PromptTokens">Tokens of all prompts.</param>
/// <param name="PromptTokensCounted">Whether the model's tokenizer counted them; else they are a token for every four bytes.</param>
/// <param name="CachedTokens">Those of them that are expected out of the prefix cache.</param>
/// <param name="ExpectedOutputTokens">Generated tokens, if answers are as long as the tenant's latest of this model, and no longer than they may be.</param>
/// <param name="OutputTokensAtMost">Generated tokens, if every answer is as long as it may be.</param>
/// <param name="ExpectedCost">What that costs.</param>
/// <param name="CostAtMost">The sum of the quotes of all lines: what each may cost at most, nothing cached.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Price">The prices that this was computed with.</param>
internal sealed record CostEstimate(
    long Requests,
    long PromptTokens,
    bool PromptTokensCounted,
    long? CachedTokens,
    long? ExpectedOutputTokens,
    long? OutputTokensAtMost,
    decimal? ExpectedCost,
    decimal? CostAtMost,
    string Currency,
    EstimatePrice Price)
{
    private static readonly JsonSerializerOptions Format = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>As it is stored, and as the API shows it.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Format);
}

/// <summary>Prices of a million tokens.</summary>
/// <param name="Basis"><c>listed</c>, <c>measured</c> or <c>assumed</c>.</param>
/// <param name="Input">Computed prompt tokens.</param>
/// <param name="CachedInput">Cached prompt tokens.</param>
/// <param name="Output">Generated tokens.</param>
internal sealed record EstimatePrice(string Basis, decimal Input, decimal CachedInput, decimal Output)
{
    public static EstimatePrice Of(ModelPrice price) => new(
        price.Basis.ToString().ToLowerInvariant(),
        Money.Nearest(price.Tokens.Input),
        Money.Nearest(price.Tokens.CachedInput),
        Money.Nearest(price.Tokens.Output));
}
