using Pipeline.Data.Entities;
using Pipeline.ProducerApi.Http;

namespace Pipeline.ProducerApi.Webhooks;

/// <summary>A webhook endpoint as the API shows it. The secret is there only when it has just been made.</summary>
internal sealed record WebhookObject(
    string Id,
    string Object,
    string Url,
    string? Description,
    IReadOnlyList<string> Events,
    string? BatchId,
    string Status,
    string? DisabledReason,
    long CreatedAt,
    string? Secret,
    long? OldSecretExpiresAt)
{
    public static WebhookObject Of(WebhookEndpoint endpoint) => Of(endpoint, showSecret: false);

    public static WebhookObject Of(WebhookEndpoint endpoint, bool showSecret) => new(
        endpoint.Id,
        "webhook_endpoint",
        endpoint.Url,
        endpoint.Description,
        endpoint.Events,
        endpoint.BatchId,
        endpoint.DisabledAt is null ? "enabled" : "disabled",
        endpoint.DisabledReason,
        endpoint.CreatedAt.ToUnix(),
        showSecret ? endpoint.Secret : null,
        endpoint.OldSecretExpiresAt.ToUnix());
}

/// <summary>A deleted endpoint.</summary>
internal sealed record WebhookDeleted(string Id, string Object, bool Deleted);
