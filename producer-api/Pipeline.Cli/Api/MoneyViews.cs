namespace Pipeline.Cli.Api;

/// <summary>What a batch is expected to take and cost; what cannot be told is null.</summary>
internal sealed record EstimateView(
    long Requests,
    long PromptTokens,
    bool PromptTokensCounted,
    long? CachedTokens,
    long? ExpectedOutputTokens,
    long? OutputTokensAtMost,
    decimal? ExpectedCost,
    decimal? CostAtMost,
    string Currency,
    EstimatePriceView Price);

/// <summary>Prices of a million tokens, and what they rest on.</summary>
internal sealed record EstimatePriceView(string Basis, decimal Input, decimal CachedInput, decimal Output);

/// <summary>A dry run.</summary>
internal sealed record EstimateReplyView(string? Model, ErrorsView? Errors, EstimateView? Estimate);

/// <summary>What work would have cost at a managed API's list price.</summary>
internal sealed record ListPriceView(string Name, decimal Cost, decimal BatchCost, string Currency);

/// <summary>A group of usage.</summary>
internal sealed record UsageRowView(
    string? Day, string? Tenant, string? Model, string? BatchId, long Requests, long PromptTokens, long CachedTokens, long CompletionTokens, double DeviceSeconds,
    decimal Cost, string Currency, IReadOnlyList<ListPriceView> ListPrice);

/// <summary>What a tenant may spend in a month, and has spent.</summary>
internal sealed record BudgetView(string Month, decimal Spent, decimal? MaxMonthlyCost, string Currency);
