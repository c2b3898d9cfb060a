using Pipeline.Data.Claims;
using Pipeline.Data.Entities;
using Pipeline.Data.Pricing;
using Pipeline.Data.Results;

namespace Pipeline.Data.Tests.Money;

public sealed class PricingTests
{
    [Fact]
    public void Tokens_cost_what_a_million_of_their_kind_costs()
    {
        TokenPrice price = new(2, 0.5m, 10);
        Assert.Equal((700 * 2 + 300 * 0.5m + 50 * 10) / 1_000_000m, price.Of(new AttemptTokens(1000, 300, 50, 0)));
        Assert.Equal(0.000005m, price.Of(0, 0, 0.5m));
    }

    [Fact]
    public void An_attempt_costs_its_device_time_unless_its_model_has_a_listed_price()
    {
        FinishedAttempt attempt = Attempt(AttemptOutcome.Completed);
        Assert.Equal(0.002m, attempt.Cost);
        Assert.Equal(0.0011m, (attempt with { ListedPrice = new TokenPrice(1, 1, 1) }).Cost);
    }

    [Theory]
    [InlineData(AttemptOutcome.Completed, 0.002)]
    [InlineData(AttemptOutcome.Failed, 0.002)]
    [InlineData(AttemptOutcome.Cancelled, 0.002)]
    [InlineData(AttemptOutcome.Released, 0)]
    public void What_a_worker_hands_back_is_not_billed(AttemptOutcome outcome, double cost) => Assert.Equal((decimal)cost, Attempt(outcome).Cost);

    [Theory]
    [InlineData(0.001, 0.001)]
    [InlineData(0.003, 0.002)]
    public void A_binding_quote_is_the_most_that_is_billed(double quote, double cost)
    {
        FinishedAttempt attempt = Attempt(AttemptOutcome.Completed);
        Assert.Equal((decimal)cost, (attempt with { Job = attempt.Job with { Quote = (decimal)quote } }).Cost);
    }

    [Fact]
    public void A_quote_by_device_time_has_a_margin_and_one_by_the_token_is_exact()
    {
        ModelPrice listed = new(PriceBasis.Listed, new TokenPrice(2, 0.5m, 10), "USD");
        Assert.Equal(0.0025m, listed.Quote(1000, 50));
        Assert.Equal(0.005m, (listed with { Basis = PriceBasis.Measured }).Quote(1000, 50));
    }

    [Fact]
    public void A_price_by_device_time_is_that_of_the_seconds_that_tokens_take()
    {
        ModelPrice price = ModelPrice.ByDevice(PriceBasis.Measured, new DeviceRates(0.001, 0.0001, 0.01), deviceHour: 3.6m, "USD");
        Assert.Equal(new TokenPrice(1, 0.1m, 10), price.Tokens);
    }

    [Fact]
    public void A_quote_is_never_below_what_it_quotes()
    {
        Random random = new(1);
        for (int i = 0; i < 1000; i++)
        {
            TokenPrice tokens = new((decimal)random.NextDouble(), 0, (decimal)random.NextDouble());
            (int prompt, int output) = (random.Next(100_000), random.Next(10_000));
            decimal quote = new ModelPrice(PriceBasis.Listed, tokens, "USD").Quote(prompt, output);
            Assert.True(quote >= tokens.Of(prompt, 0, output));
            Assert.Equal(quote, Data.Pricing.Money.Nearest(quote));
        }
    }

    [Theory]
    [InlineData("DeviceHour", "DeviceHour is not set")]
    [InlineData("Currency", "Currency is not set")]
    [InlineData("usd", "three capital letters")]
    [InlineData("Assumed", "both or neither")]
    [InlineData("Input", "Models:0:Input")]
    [InlineData("CachedInput", "CachedInput must not be above")]
    [InlineData("twice", "names 'm' twice")]
    public void Impossible_prices_are_named(string mistake, string complaint)
    {
        PricingOptions.ListedModel model = new() { Model = "m", Input = 1, CachedInput = 0.1m, Output = 2 };
        PricingOptions options = new() { DeviceHour = 1, Currency = "USD", Models = [model] };
        Assert.Null(options.Complaint());
        switch (mistake)
        {
            case "DeviceHour": options.DeviceHour = null; break;
            case "Currency": options.Currency = null; break;
            case "usd": options.Currency = "usd"; break;
            case "Assumed": options.AssumedOutputTokensPerSecond = 1; break;
            case "Input": model.Input = null; break;
            case "CachedInput": model.CachedInput = 2; break;
            default: options.Models = [model, model]; break;
        }

        Assert.Contains(complaint, options.Complaint(), StringComparison.Ordinal);
    }

    [Fact]
    public void Cached_tokens_cost_as_computed_ones_where_no_price_is_listed_for_them()
    {
        PricingOptions options = new() { Models = [new() { Model = "m", Input = 3, Output = 4 }] };
        Assert.Equal(new TokenPrice(3, 3, 4), options.Listed("m"));
        Assert.Null(options.Listed("other"));
    }

    /// <summary>Two device-seconds at 3.6 an hour, 1000 tokens in and 100 out.</summary>
    private static FinishedAttempt Attempt(AttemptOutcome outcome) => new()
    {
        Job = new ClaimedJob(1, 1, "w", Guid.NewGuid(), null, 1, "/v1/chat/completions", "{}"),
        Outcome = outcome,
        Model = "m",
        RequestId = "req_1",
        Tokens = new AttemptTokens(1000, 300, 100, 0),
        Seconds = new AttemptSeconds(0, 1, 1, 2),
        PricePerDeviceHour = 3.6m,
        Currency = "USD",
    };
}
