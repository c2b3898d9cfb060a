namespace Pipeline.Scheduler.Webhooks;

/// <summary>When a delivery is tried again.</summary>
internal static class WebhookSchedule
{
    /// <summary>A receiver may ask to be left alone, though not for ever.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(24);

    /// <summary>How long to wait after an attempt that failed.</summary>
    /// <param name="waits">Seconds before each attempt.</param>
    /// <param name="attempt">The attempt that failed; 1 for the first.</param>
    /// <param name="retryAfter">What the receiver asked for, or null. Heeded where it is longer than the schedule's wait.</param>
    /// <returns>The time, or null: it was the last.</returns>
    public static TimeSpan? After(IReadOnlyList<double> waits, int attempt, TimeSpan? retryAfter)
    {
        if (attempt >= waits.Count)
        {
            return null;
        }

        TimeSpan wait = TimeSpan.FromSeconds(waits[attempt]);
        TimeSpan asked = retryAfter is not { } given ? TimeSpan.Zero : given < LongestWait ? given : LongestWait;
        return asked > wait ? asked : wait;
    }
}
