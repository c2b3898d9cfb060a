namespace Pipeline.Data.Entities;

/// <summary>How one attempt at a job ended.</summary>
public enum AttemptOutcome
{
    /// <summary>Its result is the job's.</summary>
    Completed,

    /// <summary>It ended in an error that is the job's result.</summary>
    Failed,

    /// <summary>Its batch was cancelled or expired under it.</summary>
    Cancelled,

    /// <summary>The worker gave the job back unfinished, on its way out. Not billed.</summary>
    Released,

    /// <summary>It came too late: the job had been taken back, and the result was not kept. Not billed.</summary>
    Fenced,
}
