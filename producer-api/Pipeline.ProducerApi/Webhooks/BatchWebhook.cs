using System.Text.Json;
using Pipeline.Data.Entities;
using Pipeline.Data.Ids;
using Pipeline.Data.Webhooks;
using Pipeline.ProducerApi.Errors;
using Pipeline.ProducerApi.Http;

namespace Pipeline.ProducerApi.Webhooks;

/// <summary>
/// The field <c>webhook</c> of a create, an addition to OpenAI's API: who is to hear of this one batch. The submitter brings the
/// secret: the reply is OpenAI's batch object, which has no place to hand one out.
/// </summary>
internal sealed record BatchWebhook(string Url, string Secret, string[]? Events = null)
{
    private const string Path = "webhook";

    public static BatchWebhook? Parse(JsonElement body)
    {
        if (body.Find(Path) is not { } webhook)
        {
            return null;
        }

        if (webhook.ValueKind != JsonValueKind.Object)
        {
            throw RequestException.WrongType(Path, "an object", JsonFields.Describe(webhook));
        }

        string secret = (webhook.Find("secret") ?? throw RequestException.MissingParameter($"{Path}.secret")).AsText($"{Path}.secret");
        return new BatchWebhook(
            WebhookFields.Url(webhook, Path + ".") ?? throw RequestException.MissingParameter($"{Path}.url"),
            WebhookSecrets.Checked(secret, $"{Path}.secret"),
            WebhookFields.Events(webhook, Path + "."));
    }

    /// <summary>The endpoint of a batch.</summary>
    public WebhookEndpoint ToEndpoint(Batch batch) => new()
    {
        Id = PublicIds.WebhookEndpoint(),
        TenantId = batch.TenantId,
        BatchId = batch.Id,
        Url = Url,
        Events = Events ?? [.. WebhookEventTypes.Default],
        Secret = Secret,
        CreatedAt = batch.CreatedAt,
    };
}
