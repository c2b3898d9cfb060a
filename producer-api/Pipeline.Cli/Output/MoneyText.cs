using System.Globalization;
using Pipeline.Cli.Api;

namespace Pipeline.Cli.Output;

/// <summary>Money and what it is paid for, for people.</summary>
internal static class MoneyText
{
    /// <summary>An amount with its currency, as exact as the ledger.</summary>
    public static string Amount(decimal amount, string? currency) => $"{amount.ToString("0.############", CultureInfo.InvariantCulture)} {currency}".TrimEnd();

    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>Names and values, a line each.</summary>
    public static void Write(TextWriter writer, IEnumerable<(string Name, string Value)> lines)
    {
        foreach ((string name, string value) in lines)
        {
            writer.WriteLine($"{name,-18} {value}");
        }
    }

    /// <summary>What a batch is expected to take and cost.</summary>
    public static IEnumerable<(string Name, string Value)> Of(EstimateView estimate)
    {
        yield return ("requests", Number(estimate.Requests));
        yield return ("prompt tokens", $"{(estimate.PromptTokensCounted ? "" : "about ")}{Number(estimate.PromptTokens)}"
            + (estimate.CachedTokens is { } cached ? $", {Number(cached)} of them expected from the cache" : ""));
        yield return ("output tokens", $"{Unless(estimate.ExpectedOutputTokens)} expected, {Unless(estimate.OutputTokensAtMost)} at most");
        yield return ("expected cost", estimate.ExpectedCost is { } expected ? Amount(expected, estimate.Currency) : "not known: nothing bounds the answers");
        yield return ("cost at most", estimate.CostAtMost is { } most ? Amount(most, estimate.Currency) : "not known: nothing bounds the answers");
        yield return ("price of a million", $"{Price(estimate.Price.Input)} in, {Price(estimate.Price.CachedInput)} cached, {Price(estimate.Price.Output)} out ({estimate.Price.Basis})");
    }

    /// <summary>What work would have cost at a managed API's list price.</summary>
    public static string Of(ListPriceView price) =>
        $"{Rounded(price.Cost)} {price.Currency} as {price.Name}, {Rounded(price.BatchCost)} in its batch API";

    public static string Rounded(decimal amount) => amount.ToString("0.######", CultureInfo.InvariantCulture);

    private static string Price(decimal price) => price.ToString("0.####", CultureInfo.InvariantCulture);

    private static string Unless(long? number) => number is { } known ? Number(known) : "?";
}
