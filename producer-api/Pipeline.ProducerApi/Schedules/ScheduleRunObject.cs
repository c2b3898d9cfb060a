using Pipeline.Data.Entities;
using Pipeline.Data.States;
using Pipeline.ProducerApi.Http;

namespace Pipeline.ProducerApi.Schedules;

/// <summary>A run of a schedule as the API shows it, with its batch and how that fares.</summary>
internal sealed record ScheduleRunObject(
    string Id,
    string Object,
    string ScheduleId,
    string Trigger,
    string Status,
    long ScheduledAt,
    string? BatchId,
    string? BatchStatus,
    int? Documents,
    RunProblem? Problem,
    long CreatedAt,
    long? EndedAt)
{
    public static ScheduleRunObject Of(ScheduleRun run, BatchStatus? batch) => new(
        run.Id,
        "schedule.run",
        run.ScheduleId,
        run.Manual ? "manual" : "clock",
        ScheduleWords.RunStates.Of(run.State),
        run.ScheduledAt.ToUnix(),
        run.BatchId,
        batch?.ToName(),
        run.Documents,
        run.Code is { } code ? new RunProblem(code, run.Message ?? code) : null,
        run.CreatedAt.ToUnix(),
        run.EndedAt.ToUnix());
}

/// <summary>Why a run made no batch, or not of all.</summary>
internal sealed record RunProblem(string Code, string Message);
