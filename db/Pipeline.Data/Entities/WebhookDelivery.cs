using Pipeline.Data.States;

namespace Pipeline.Data.Entities;

/// <summary>One event on its way to one endpoint. Recorded in the transaction that makes the event true.</summary>
public sealed class WebhookDelivery
{
    /// <summary><c>wh_</c> and 32 hexadecimal digits: the header <c>webhook-id</c>, the same for every attempt.</summary>
    public required string Id { get; set; }

    /// <summary>The endpoint.</summary>
    public required string EndpointId { get; set; }

    /// <summary>Whose it is.</summary>
    public Guid TenantId { get; set; }

    /// <summary><c>evt_</c> and 32 hexadecimal digits: the same for all endpoints that hear of the event.</summary>
    public required string EventId { get; set; }

    /// <summary>What has happened: see <see cref="Webhooks.WebhookEventTypes"/>.</summary>
    public required string Type { get; set; }

    /// <summary>What is posted, byte for byte.</summary>
    public required string Body { get; set; }

    /// <summary>Where it stands.</summary>
    public WebhookDeliveryState State { get; set; }

    /// <summary>Attempts begun.</summary>
    public int Attempts { get; set; }

    /// <summary>When the next attempt is due. While one is made: when it is given up for lost.</summary>
    public DateTimeOffset NextAttemptAt { get; set; }

    /// <summary>When the event happened.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>When it was delivered or given up.</summary>
    public DateTimeOffset? FinishedAt { get; set; }
}
