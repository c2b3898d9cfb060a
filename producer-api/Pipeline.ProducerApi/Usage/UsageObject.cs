using System.Text.Json.Serialization;

namespace Pipeline.ProducerApi.Usage;

/// <summary>What was used and what it cost: a sum of ledger rows of one currency. The keys that it was grouped by are there, no others.</summary>
internal sealed record UsageObject(
    string Object,
    string Id,
    long Requests,
    long Attempts,
    long PromptTokens,
    long CachedTokens,
    long CompletionTokens,
    double DeviceSeconds,
    decimal Cost,
    string Currency,
    IReadOnlyList<ListPriceCost> ListPrice)
{
    /// <summary>The day in UTC.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Day { get; init; }

    /// <summary>The tenant's id.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Tenant { get; init; }

    /// <summary>The model.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Model { get; init; }

    /// <summary>The batch; empty for single jobs.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? BatchId { get; init; }
}

/// <summary>What the completed requests would have cost at a list price, by the tokens counted here.</summary>
/// <param name="Name">The model of the list.</param>
/// <param name="Cost">At the price of requests that are answered at once.</param>
/// <param name="BatchCost">With the discount of its batch API.</param>
/// <param name="Currency">ISO 4217.</param>
internal sealed record ListPriceCost(string Name, decimal Cost, decimal BatchCost, string Currency);

/// <summary>A page of usage, with the list prices that it was compared with.</summary>
internal sealed record UsagePage(
    string Object, IReadOnlyList<UsageObject> Data, string? FirstId, string? LastId, bool HasMore, DateTimeOffset Start, DateTimeOffset? End, IReadOnlyList<ListPrice> ListPrices);
