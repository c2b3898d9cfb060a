using Microsoft.Extensions.Options;
using Pipeline.Data.Pricing;

namespace Pipeline.ProducerApi.Usage;

/// <summary>Says what work would have cost at a managed API's list price, by the tokens counted here.</summary>
internal sealed class ListPriceComparison(IOptions<ListPriceOptions> options)
{
    /// <summary>The price of that name, which there is: it was found before.</summary>
    public ListPrice Find(string name) => options.Value.Find(name)!;

    /// <summary>What completed requests of a model would have cost; not rounded. Nothing for no tokens.</summary>
    /// <param name="model">The model that ran.</param>
    /// <param name="prompt">Prompt tokens of what generated text, cached ones included.</param>
    /// <param name="cached">Those of them that came out of the cache.</param>
    /// <param name="completion">Generated tokens.</param>
    /// <param name="embedded">Prompt tokens of what generated none.</param>
    public IEnumerable<ListPriceCost> Of(string model, long prompt, long cached, long completion, long embedded)
    {
        string? own = options.Value.Models.FirstOrDefault(comparison => comparison.Model == model)?.As;
        if (completion > 0)
        {
            yield return At(Find(own ?? options.Value.Text), prompt, cached, completion);
        }

        if (embedded > 0)
        {
            yield return At(Find(own ?? options.Value.Embeddings), embedded, 0, 0);
        }
    }

    private static ListPriceCost At(ListPrice price, long prompt, long cached, long completion)
    {
        decimal cost = new TokenPrice(price.Input, price.CachedInput, price.Output).Of(prompt, cached, completion);
        return new ListPriceCost(price.Name, cost, cost * (1 - price.BatchDiscount), price.Currency);
    }
}
