using Pipeline.Data.Pricing;

namespace Pipeline.ProducerApi.Pricing;

/// <summary>Adds up what the lines of a batch are expected to cost, and says what each may cost at most. Not for concurrent use.</summary>
/// <param name="price">The model's price.</param>
/// <param name="meanOutput">Tokens that an answer is expected to have; <see langword="null"/> where there is no experience.</param>
internal sealed class Estimation(ModelPrice price, decimal? meanOutput)
{
    private readonly List<decimal?> _quotes = [];
    private long _requests;
    private long _prompt;
    private decimal? _expectedOutput = 0;
    private long? _mostOutput = 0;

    /// <summary>The most that each line may cost, in the order added; <see langword="null"/> for one whose answer nothing bounds.</summary>
    public IReadOnlyList<decimal?> Quotes => _quotes;

    /// <summary>Tokens of all prompts.</summary>
    public long PromptTokens => _prompt;

    /// <summary>The largest quote; <see langword="null"/> if some line has none.</summary>
    public decimal? LargestQuote => _quotes.Contains(null) ? null : _quotes.DefaultIfEmpty(0).Max();

    /// <summary>Adds a line that will run.</summary>
    public void Add(in TokenBounds bounds)
    {
        _requests++;
        _prompt += bounds.ExpectedPrompt;
        _expectedOutput += meanOutput is { } mean ? Math.Min(mean, bounds.MostOutput ?? decimal.MaxValue) : bounds.MostOutput;
        _mostOutput += bounds.MostOutput;
        _quotes.Add(bounds.MostOutput is { } most ? price.Quote(bounds.MostPrompt, most) : null);
    }

    /// <summary>Adds a line that is answered without being run.</summary>
    public void AddRefused() => _quotes.Add(0);

    /// <summary>The estimate for all lines added.</summary>
    /// <param name="counted">Whether a tokenizer counted the prompts.</param>
    /// <param name="cached">Prompt tokens expected out of the cache; <see langword="null"/> without a plan.</param>
    public CostEstimate Complete(bool counted, long? cached) => new(
        _requests,
        _prompt,
        counted,
        cached,
        _expectedOutput is { } expected ? (long)Math.Ceiling(expected) : null,
        _mostOutput,
        _expectedOutput is { } output ? Money.Nearest(price.Tokens.Of(_prompt, cached ?? 0, output)) : null,
        _quotes.Contains(null) ? null : _quotes.Sum(),
        price.Currency,
        EstimatePrice.Of(price));
}
