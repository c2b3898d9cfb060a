namespace Pipeline.Data.Notifications;

/// <summary>
/// Channels of PostgreSQL's NOTIFY. A notification only shortens a wait: every listener also polls, so that a lost one
/// costs a second and nothing else.
/// </summary>
public static class NotificationChannels
{
    /// <summary>A batch was created and waits for validation.</summary>
    public const string Validation = "pipeline_validation";

    /// <summary>A slice became pending or a place in a window became free.</summary>
    public const string Dispatch = "pipeline_dispatch";

    /// <summary>A batch has no open jobs left, or was cancelled.</summary>
    public const string Batches = "pipeline_batches";

    /// <summary>A document set was submitted and waits for being read.</summary>
    public const string Documents = "pipeline_documents";

    /// <summary>Jobs of a batch have ended, or its status has changed.</summary>
    public const string Progress = "pipeline_progress";

    /// <summary>A key or a tenant has changed: what was remembered of them is to be looked up anew.</summary>
    public const string Keys = "pipeline_keys";

    /// <summary>A run of a schedule waits for its batch to be made.</summary>
    public const string Schedules = "pipeline_schedules";
}
