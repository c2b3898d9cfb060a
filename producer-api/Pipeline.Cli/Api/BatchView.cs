namespace Pipeline.Cli.Api;

/// <summary>What the CLI reads of a batch object.</summary>
internal sealed record BatchView(
    string Id, string Status, string? Model, string? OutputFileId, string? ErrorFileId, CountsView? RequestCounts, UsageView? Usage, ErrorsView? Errors)
{
    public bool HasEnded => Status is "completed" or "failed" or "expired" or "cancelled";

    public CountsView Counts => RequestCounts ?? new CountsView(0, 0, 0);
}

/// <summary>How far a batch is.</summary>
internal sealed record CountsView(int Total, int Completed, int Failed)
{
    public int Done => Completed + Failed;
}

/// <summary>Tokens of a batch.</summary>
internal sealed record UsageView(long InputTokens, long OutputTokens);

/// <summary>Why a batch failed its validation.</summary>
internal sealed record ErrorsView(IReadOnlyList<ErrorView> Data);

/// <summary>One reason.</summary>
internal sealed record ErrorView(string? Code, int? Line, string? Message, string? Param);

/// <summary>What the CLI reads of a file object.</summary>
internal sealed record FileView(string Id);

/// <summary>What the CLI reads of the list of models.</summary>
internal sealed record ModelsView(IReadOnlyList<FileView> Data);

/// <summary>The sum of a batch's ledger.</summary>
internal sealed record CostView(
    string BatchId,
    decimal Cost,
    string? Currency,
    long Attempts,
    long Jobs,
    long PromptTokens,
    long CachedTokens,
    long CompletionTokens,
    long DraftedTokens,
    long AcceptedTokens,
    double? GuessingGain,
    double QueueSeconds,
    double PrefillSeconds,
    double DecodeSeconds,
    double DeviceSeconds,
    Dictionary<string, long> Outcomes,
    PrefixCacheView? PrefixCache,
    decimal? MaxCost,
    EstimateView? Estimate,
    ListPriceView? ListPrice);

/// <summary>What the prefix cache was expected to save, and what it has saved.</summary>
internal sealed record PrefixCacheView(double PredictedHitRate, double? HitRate);
