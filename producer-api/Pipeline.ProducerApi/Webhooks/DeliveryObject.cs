using System.Text.Json;
using Pipeline.Data.Entities;
using Pipeline.Data.States;
using Pipeline.ProducerApi.Http;

namespace Pipeline.ProducerApi.Webhooks;

/// <summary>A delivery with the log of its attempts.</summary>
internal sealed record DeliveryObject(
    string Id,
    string Object,
    string EventType,
    JsonElement Event,
    string Status,
    long CreatedAt,
    long? NextAttemptAt,
    long? FinishedAt,
    IReadOnlyList<AttemptObject> Attempts)
{
    public static DeliveryObject Of(WebhookDelivery delivery, IEnumerable<WebhookAttempt> attempts) => new(
        delivery.Id,
        "webhook_delivery",
        delivery.Type,
        JsonElement.Parse(delivery.Body),
        delivery.State switch
        {
            WebhookDeliveryState.Pending => "pending",
            WebhookDeliveryState.Delivered => "delivered",
            WebhookDeliveryState.Failed => "failed",
            _ => throw new InvalidOperationException($"A delivery in state {delivery.State} has no name."),
        },
        delivery.CreatedAt.ToUnix(),
        delivery.State == WebhookDeliveryState.Pending ? delivery.NextAttemptAt.ToUnix() : null,
        delivery.FinishedAt.ToUnix(),
        [.. attempts.OrderBy(attempt => attempt.Number).Select(AttemptObject.Of)]);
}

/// <summary>One attempt.</summary>
internal sealed record AttemptObject(int Number, long StartedAt, double Seconds, int? StatusCode, string? Error)
{
    public static AttemptObject Of(WebhookAttempt attempt) =>
        new(attempt.Number, attempt.StartedAt.ToUnix(), attempt.Seconds, attempt.StatusCode, attempt.Error);
}
