namespace Pipeline.Data.States;

/// <summary>Where a job stands. The numbers are stored.</summary>
public enum JobState : short
{
    /// <summary>Waits for a worker.</summary>
    Queued = 0,

    /// <summary>Claimed by a worker.</summary>
    Running = 1,

    /// <summary>Answered. Final.</summary>
    Completed = 2,

    /// <summary>Answered with an error. Final, unless retried.</summary>
    Failed = 3,

    /// <summary>Its batch was cancelled first. Final, unless retried.</summary>
    Cancelled = 4,

    /// <summary>Its batch's window closed first. Final, unless retried.</summary>
    Expired = 5,
}
