using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Data.Entities;
using Pipeline.Data.Schedules;
using Pipeline.ProducerApi.Http;

namespace Pipeline.ProducerApi.Schedules;

/// <summary>A schedule as the API shows it. A webhook's secret is left out.</summary>
internal sealed record ScheduleObject(
    string Id,
    string Object,
    string Name,
    string Status,
    string? PausedReason,
    string Cron,
    string TimeZone,
    string MissedRuns,
    int MissedRunsLimit,
    string Overlap,
    JsonElement? Batch,
    JsonElement? Documents,
    IReadOnlyList<long> NextRuns,
    long CreatedAt)
{
    private const int Foreseen = 5;

    public static ScheduleObject Of(Schedule schedule) => new(
        schedule.Id,
        "schedule",
        schedule.Name,
        schedule.PausedAt is null ? "active" : "paused",
        schedule.PausedReason,
        schedule.Cron,
        schedule.TimeZone,
        ScheduleWords.MissedRuns.Of(schedule.MissedRuns),
        schedule.MissedRunsLimit,
        ScheduleWords.Overlaps.Of(schedule.Overlap),
        WithoutSecret(schedule.Batch),
        WithoutSecret(schedule.Documents),
        NextRunsOf(schedule),
        schedule.CreatedAt.ToUnix());

    private static JsonElement? WithoutSecret(string? input)
    {
        if (input is null)
        {
            return null;
        }

        JsonObject shown = JsonNode.Parse(input)!.AsObject();
        (shown["webhook"] as JsonObject)?.Remove("secret");
        return JsonSerializer.SerializeToElement(shown);
    }

    private static List<long> NextRunsOf(Schedule schedule)
    {
        List<long> runs = [];
        DateTimeOffset? next = schedule.PausedAt is null ? schedule.NextRunAt : null;
        if (next is not null && Recurrence.TryParse(schedule.Cron, schedule.TimeZone, out Recurrence? recurrence, out _))
        {
            for (; next is { } time && runs.Count < Foreseen; next = recurrence.After(time))
            {
                runs.Add(time.ToUnix());
            }
        }

        return runs;
    }
}

/// <summary>A deleted schedule.</summary>
internal sealed record ScheduleDeleted(string Id, string Object, bool Deleted);
