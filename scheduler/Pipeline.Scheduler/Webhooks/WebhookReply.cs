namespace Pipeline.Scheduler.Webhooks;

/// <summary>What a receiver said, or why it said nothing.</summary>
/// <param name="StatusCode">Its answer's status, or null.</param>
/// <param name="Error">What was wrong, or null if it accepted.</param>
/// <param name="RetryAfter">How long it wants to be left alone, or null.</param>
internal sealed record WebhookReply(int? StatusCode, string? Error, TimeSpan? RetryAfter)
{
    private const int Gone = 410;

    /// <summary>Whether it accepted: any 2xx. A redirect is no success, and is not followed.</summary>
    public bool Accepted => StatusCode is >= 200 and < 300;

    /// <summary>Whether it wants nothing from this endpoint ever again.</summary>
    public bool WantsNoMore => StatusCode == Gone;
}
