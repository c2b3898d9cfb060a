namespace Pipeline.Data.Schedules;

/// <summary>Words for programs why a run of a schedule made no batch, or not of all.</summary>
public static class RunCodes
{
    /// <summary>It was due while nobody was there to start it.</summary>
    public const string Missed = "missed";

    /// <summary>An earlier run's batch had not ended.</summary>
    public const string Overlap = "overlap";

    /// <summary>Too many runs were waiting.</summary>
    public const string QueueFull = "queue_full";

    /// <summary>The tenant was suspended.</summary>
    public const string Suspended = "suspended";

    /// <summary>There was nothing new to be done.</summary>
    public const string NothingNew = "nothing_new";

    /// <summary>Its batch was made, and something was left for the next run.</summary>
    public const string LeftOver = "left_over";
}
