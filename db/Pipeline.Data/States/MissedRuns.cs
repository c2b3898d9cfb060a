namespace Pipeline.Data.States;

/// <summary>What becomes of runs that were due while no scheduler ran. Numbers are stored.</summary>
public enum MissedRuns : short
{
    /// <summary>They are left out.</summary>
    Skip = 0,

    /// <summary>One run for all of them, under the time of the last.</summary>
    RunOnce = 1,

    /// <summary>Each runs, up to a limit: the latest ones.</summary>
    RunAll = 2,
}
