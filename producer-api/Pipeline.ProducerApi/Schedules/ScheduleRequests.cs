using Pipeline.ProducerApi.Batches;

namespace Pipeline.ProducerApi.Schedules;

/// <summary>The body of a create, for the documentation: read by <see cref="ScheduleFields"/>.</summary>
internal sealed record CreateScheduleRequest(
    string Name, string Cron, CreateBatchRequest Batch, string TimeZone = "UTC", string MissedRuns = "run_once", int MissedRunsLimit = 10, string Overlap = "skip");

/// <summary>The body of an update, for the documentation. What is absent stays; a batch is replaced as a whole.</summary>
internal sealed record UpdateScheduleRequest(
    string? Name = null,
    string? Cron = null,
    CreateBatchRequest? Batch = null,
    string? TimeZone = null,
    string? MissedRuns = null,
    int? MissedRunsLimit = null,
    string? Overlap = null);
