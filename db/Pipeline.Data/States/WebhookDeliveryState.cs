namespace Pipeline.Data.States;

/// <summary>Where a webhook's delivery stands. Numbers are stored.</summary>
public enum WebhookDeliveryState : short
{
    /// <summary>It waits for its next attempt, or one is being made.</summary>
    Pending = 0,

    /// <summary>The receiver has accepted it.</summary>
    Delivered = 1,

    /// <summary>The tries ran out, or the receiver wants no more of it.</summary>
    Failed = 2,
}
