namespace Pipeline.Cli.Api;

/// <summary>What the CLI reads of a schedule.</summary>
internal sealed record ScheduleView(string Id, string Name, string Status, string Cron, string TimeZone, IReadOnlyList<long> NextRuns);

/// <summary>What the CLI reads of a schedule's run.</summary>
internal sealed record ScheduleRunView(string Id, string Trigger, string Status, long ScheduledAt, string? BatchId, string? BatchStatus, RunProblemView? Problem);

/// <summary>Why a run made no batch.</summary>
internal sealed record RunProblemView(string Message);

/// <summary>A page of a list.</summary>
internal sealed record PageView<T>(IReadOnlyList<T> Data, string? LastId, bool HasMore);
