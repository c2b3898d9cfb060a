namespace Pipeline.Data.States;

/// <summary>Where a run of a schedule stands. Numbers are stored.</summary>
public enum ScheduleRunState : short
{
    /// <summary>Its batch is to be made.</summary>
    Waiting = 0,

    /// <summary>Its batch is made; how that fares, the batch says. Final.</summary>
    Started = 1,

    /// <summary>There was no batch to be made. Final.</summary>
    Skipped = 2,

    /// <summary>Its batch could not be made. Final.</summary>
    Failed = 3,
}
