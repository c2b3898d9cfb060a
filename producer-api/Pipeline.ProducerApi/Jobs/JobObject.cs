using System.Text.Json;
using Pipeline.Data.Entities;
using Pipeline.Data.Ids;
using Pipeline.ProducerApi.Http;

namespace Pipeline.ProducerApi.Jobs;

/// <summary>A job as the API shows it.</summary>
internal sealed record JobObject(
    string Id,
    string Object,
    string Status,
    string CustomId,
    string Endpoint,
    string Model,
    string? BatchId,
    int? Line,
    int Priority,
    int Attempts,
    long CreatedAt,
    long? StartedAt,
    long? FinishedAt,
    JobAnswer? Result,
    JobFailure? Error,
    IReadOnlyList<JobCharge> Costs)
{
    public static JobObject Of(Job job, JobBody body, JobResult? result, IEnumerable<JobCost> costs) => new(
        JobIds.ToPublic(job.Id),
        "job",
        job.State.ToString().ToLowerInvariant(),
        body.CustomId,
        body.Url,
        job.Model,
        job.BatchId,
        job.Line > 0 ? job.Line : null,
        job.Priority,
        job.Attempts,
        job.CreatedAt.ToUnix(),
        job.StartedAt.ToUnix(),
        job.FinishedAt.ToUnix(),
        result is { StatusCode: > 0 } ? new JobAnswer(result.StatusCode, result.RequestId, result.Body is null ? null : JsonElement.Parse(result.Body)) : null,
        result?.ErrorCode is null ? null : new JobFailure(result.ErrorCode, result.ErrorMessage),
        [.. costs.Select(JobCharge.Of)]);
}

/// <summary>The answer to a job.</summary>
internal sealed record JobAnswer(int StatusCode, string RequestId, JsonElement? Body);

/// <summary>Why a job got no answer.</summary>
internal sealed record JobFailure(string Code, string? Message);

/// <summary>A job's entry in the ledger: one per attempt.</summary>
internal sealed record JobCharge(
    int Attempt,
    string Outcome,
    string WorkerId,
    int PromptTokens,
    int CachedTokens,
    int CompletionTokens,
    int DraftedTokens,
    int AcceptedTokens,
    double? AcceptanceRate,
    double? GuessingGain,
    double QueueSeconds,
    double PrefillSeconds,
    double DecodeSeconds,
    double DeviceSeconds,
    decimal PricePerDeviceHour,
    decimal Cost,
    string Currency)
{
    public static JobCharge Of(JobCost cost) => new(
        cost.Attempt,
        cost.Outcome.ToString().ToLowerInvariant(),
        cost.WorkerId,
        cost.PromptTokens,
        cost.CachedTokens,
        cost.CompletionTokens,
        cost.DraftedTokens,
        cost.AcceptedTokens,
        Guessing.AcceptanceRate(cost.DraftedTokens, cost.AcceptedTokens),
        Guessing.Gain(cost.PlainDecodeSeconds, cost.DecodeSeconds),
        cost.QueueSeconds,
        cost.PrefillSeconds,
        cost.DecodeSeconds,
        cost.DeviceSeconds,
        cost.PricePerDeviceHour,
        cost.Cost,
        cost.Currency);
}
