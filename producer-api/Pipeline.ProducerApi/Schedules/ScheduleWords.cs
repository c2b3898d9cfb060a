using Pipeline.Data.States;

namespace Pipeline.ProducerApi.Schedules;

/// <summary>The words that the API uses for what the rows say by numbers.</summary>
internal static class ScheduleWords
{
    public static readonly IReadOnlyDictionary<string, MissedRuns> MissedRuns = new Dictionary<string, MissedRuns>
    {
        ["skip"] = Data.States.MissedRuns.Skip,
        ["run_once"] = Data.States.MissedRuns.RunOnce,
        ["run_all"] = Data.States.MissedRuns.RunAll,
    };

    public static readonly IReadOnlyDictionary<string, Overlap> Overlaps = new Dictionary<string, Overlap>
    {
        ["skip"] = Overlap.Skip,
        ["queue"] = Overlap.Queue,
        ["allow"] = Overlap.Allow,
    };

    public static readonly IReadOnlyDictionary<string, ScheduleRunState> RunStates = new Dictionary<string, ScheduleRunState>
    {
        ["waiting"] = ScheduleRunState.Waiting,
        ["started"] = ScheduleRunState.Started,
        ["skipped"] = ScheduleRunState.Skipped,
        ["failed"] = ScheduleRunState.Failed,
    };

    /// <summary>The word of a value.</summary>
    public static string Of<T>(this IReadOnlyDictionary<string, T> words, T value)
        where T : struct, Enum => words.First(pair => EqualityComparer<T>.Default.Equals(pair.Value, value)).Key;
}
