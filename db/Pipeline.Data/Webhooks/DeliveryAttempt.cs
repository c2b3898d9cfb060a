namespace Pipeline.Data.Webhooks;

/// <summary>What came of an attempt.</summary>
/// <param name="StartedAt">When it began.</param>
/// <param name="Took">How long it took.</param>
/// <param name="StatusCode">What the receiver answered, or null.</param>
/// <param name="Error">What went wrong, or null.</param>
public sealed record DeliveryAttempt(DateTimeOffset StartedAt, TimeSpan Took, int? StatusCode, string? Error);
