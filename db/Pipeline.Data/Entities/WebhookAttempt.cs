namespace Pipeline.Data.Entities;

/// <summary>One attempt to deliver: the log that answers why an event did not arrive.</summary>
public sealed class WebhookAttempt
{
    /// <summary>The delivery.</summary>
    public required string DeliveryId { get; set; }

    /// <summary>1 for the first.</summary>
    public int Number { get; set; }

    /// <summary>When it began.</summary>
    public DateTimeOffset StartedAt { get; set; }

    /// <summary>How long it took.</summary>
    public double Seconds { get; set; }

    /// <summary>What the receiver answered; <see langword="null"/> if it did not.</summary>
    public int? StatusCode { get; set; }

    /// <summary>Why there was no answer, or the beginning of an answer that was no success.</summary>
    public string? Error { get; set; }
}
