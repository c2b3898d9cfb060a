using Pipeline.Data.States;

namespace Pipeline.Data.Claims;

/// <summary>Sets of job states as stored.</summary>
internal static class JobStates
{
    /// <summary>Those that are not final.</summary>
    public static short[] Open { get; } = [.. Enum.GetValues<JobState>().Where(state => !state.IsFinal()).Select(state => (short)state)];
}
