using Pipeline.ProducerApi.Batches;
using Pipeline.ProducerApi.Webhooks;

namespace Pipeline.ProducerApi.Schedules;

/// <summary>The body of a create, for the documentation: read by <see cref="ScheduleFields"/>.</summary>
internal sealed record CreateScheduleRequest(
    string Name,
    string Cron,
    CreateBatchRequest? Batch = null,
    FolderDocuments? Documents = null,
    string TimeZone = "UTC",
    string MissedRuns = "run_once",
    int MissedRunsLimit = 10,
    string Overlap = "skip");

/// <summary>What is asked of the new documents of a folder: the fields of <c>POST /v1/documents</c>, and the folder.</summary>
internal sealed record FolderDocuments(
    string Folder,
    string Prompt,
    string Model,
    object? Schema = null,
    int? MaxTokens = null,
    string? Csv = null,
    string? CompletionWindow = null,
    Dictionary<string, string>? Metadata = null,
    int? Priority = null,
    BatchWebhook? Webhook = null,
    decimal? MaxCost = null);

/// <summary>The body of an update, for the documentation. What is absent stays; a batch is replaced as a whole.</summary>
internal sealed record UpdateScheduleRequest(
    string? Name = null,
    string? Cron = null,
    CreateBatchRequest? Batch = null,
    FolderDocuments? Documents = null,
    string? TimeZone = null,
    string? MissedRuns = null,
    int? MissedRunsLimit = null,
    string? Overlap = null);
