using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Data.Entities;
using Pipeline.Data.States;
using Pipeline.ProducerApi.Http;

namespace Pipeline.ProducerApi.Batches;

/// <summary>OpenAI's batch object; every key is always there.</summary>
internal sealed record BatchObject(
    string Id,
    string Object,
    string Endpoint,
    string? Model,
    JsonElement? Errors,
    string InputFileId,
    string CompletionWindow,
    string Status,
    string? OutputFileId,
    string? ErrorFileId,
    long CreatedAt,
    long? InProgressAt,
    long ExpiresAt,
    long? FinalizingAt,
    long? CompletedAt,
    long? FailedAt,
    long? ExpiredAt,
    long? CancellingAt,
    long? CancelledAt,
    RequestCounts RequestCounts,
    BatchUsage Usage,
    JsonElement? Metadata)
{
    /// <summary>An addition to OpenAI's object, there only for who asked for a cap.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? MaxCost { get; init; }

    public static BatchObject Of(Batch batch) => new(
        batch.Id,
        "batch",
        batch.Endpoint,
        batch.Model,
        Parse(batch.Errors),
        batch.InputFileId,
        batch.CompletionWindow,
        batch.Status.ToName(),
        batch.OutputFileId,
        batch.ErrorFileId,
        batch.CreatedAt.ToUnix(),
        batch.InProgressAt.ToUnix(),
        batch.ExpiresAt.ToUnix(),
        batch.FinalizingAt.ToUnix(),
        batch.CompletedAt.ToUnix(),
        batch.FailedAt.ToUnix(),
        batch.ExpiredAt.ToUnix(),
        batch.CancellingAt.ToUnix(),
        batch.CancelledAt.ToUnix(),
        new RequestCounts(batch.Total, batch.Completed, batch.Failed),
        new BatchUsage(
            batch.PromptTokens,
            batch.CompletionTokens,
            batch.PromptTokens + batch.CompletionTokens,
            new InputTokensDetails(batch.CachedTokens),
            new OutputTokensDetails(batch.ReasoningTokens)),
        Parse(batch.Metadata))
    {
        MaxCost = batch.MaxCost,
    };

    private static JsonElement? Parse(string? json) => json is null ? null : JsonElement.Parse(json);
}

/// <summary>How far a batch is; expired and cancelled lines count as neither completed nor failed.</summary>
internal sealed record RequestCounts(int Total, int Completed, int Failed);

/// <summary>Tokens of all results so far.</summary>
internal sealed record BatchUsage(
    long InputTokens, long OutputTokens, long TotalTokens, InputTokensDetails InputTokensDetails, OutputTokensDetails OutputTokensDetails);

/// <summary>Of the input tokens.</summary>
internal sealed record InputTokensDetails(long CachedTokens);

/// <summary>Of the output tokens.</summary>
internal sealed record OutputTokensDetails(long ReasoningTokens);
