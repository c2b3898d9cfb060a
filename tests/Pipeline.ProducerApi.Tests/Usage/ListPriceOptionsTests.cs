using Microsoft.Extensions.Configuration;
using Pipeline.ProducerApi.Usage;

namespace Pipeline.ProducerApi.Tests.Usage;

public sealed class ListPriceOptionsTests
{
    [Fact]
    public void A_configured_price_is_read_whole_and_takes_the_place_of_the_one_of_its_name()
    {
        ListPriceOptions options = Bind(
            ("Text", "gpt-5-nano"), ("Prices:0:Name", "gpt-5-nano"), ("Prices:0:Input", "1.5"), ("Prices:0:CachedInput", "0.5"), ("Prices:0:Output", "3"),
            ("Prices:0:BatchDiscount", "0.25"), ("Prices:0:Currency", "EUR"), ("Prices:0:Source", "https://example.com"), ("Prices:0:AsOf", "2026-11-01"));
        Assert.Equal(new ListPrice("gpt-5-nano", 1.5m, 0.5m, 3, 0.25m, "EUR", "https://example.com", new DateOnly(2026, 11, 1)), options.Find(options.Text));
        Assert.True(new ListPriceOptions.Validator().Validate(null, options).Succeeded);
    }

    [Fact]
    public void A_comparison_without_a_price_is_refused_by_name()
    {
        ListPriceOptions options = Bind(("Models:0:Model", "mine"), ("Models:0:As", "theirs"));
        Assert.Contains("'theirs'", new ListPriceOptions.Validator().Validate(null, options).FailureMessage, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_known_price_says_where_it_is_from_and_when_that_was_read() => Assert.All(ListPrice.Known, price =>
    {
        Assert.StartsWith("https://", price.Source, StringComparison.Ordinal);
        Assert.NotEqual(default, price.AsOf);
        Assert.True(price.Input > 0 && price.CachedInput <= price.Input);
    });

    private static ListPriceOptions Bind(params (string Key, string Value)[] settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create<string, string?>($"{ListPriceOptions.Section}:{setting.Key}", setting.Value)))
        .Build().GetSection(ListPriceOptions.Section).Get<ListPriceOptions>()!;
}
