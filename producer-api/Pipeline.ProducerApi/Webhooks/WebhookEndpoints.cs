using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Pipeline.Data.Entities;
using Pipeline.Data.Keys;
using Pipeline.ProducerApi.Http;
using Pipeline.ProducerApi.Keys;

namespace Pipeline.ProducerApi.Webhooks;

/// <summary><c>/v1/webhooks</c>: who is told of what happens. An addition to OpenAI's API, which has this in its dashboard.</summary>
internal static class WebhookEndpoints
{
    private const int LongestPage = 100;
    private const int LongestBody = 1 << 16;

    public static void MapWebhooks(this IEndpointRouteBuilder v1)
    {
        RouteGroupBuilder webhooks = v1.MapGroup("/webhooks").WithTags("Webhooks").RequireScope(KeyScopes.WebhooksRead, KeyScopes.WebhooksWrite).WithMetadata(new RequestSizeLimitAttribute(LongestBody));
        webhooks.MapPost("", CreateAsync).WithJsonBody<CreateWebhookRequest>().WithSummary("Add an endpoint; the reply has its secret, once");
        webhooks.MapGet("", ListAsync).WithSummary("List endpoints, newest first");
        webhooks.MapGet("/{id}", GetAsync).WithSummary("Retrieve an endpoint");
        webhooks.MapPost("/{id}", UpdateAsync).WithJsonBody<UpdateWebhookRequest>().WithSummary("Change, disable or enable an endpoint");
        webhooks.MapDelete("/{id}", DeleteAsync).WithSummary("Delete an endpoint");
        webhooks.MapPost("/{id}/rotate", RotateAsync).WithJsonBody<RotateSecretRequest>().WithSummary("Make a new secret; the old one signs too for a while");
        webhooks.MapPost("/{id}/test", TestAsync).WithSummary("Send an event to see whether it arrives");
        webhooks.MapGet("/{id}/deliveries", DeliveriesAsync).WithSummary("What was sent and how it went, newest first");
        webhooks.MapPost("/{id}/deliveries/{deliveryId}/replay", ReplayAsync).WithSummary("Send an event again");
    }

    private static async Task<Ok<WebhookObject>> CreateAsync(HttpRequest request, Caller caller, WebhookStore store, CancellationToken cancellationToken)
    {
        using JsonDocument body = await JsonFields.ReadObjectAsync(request);
        return TypedResults.Ok(WebhookObject.Of(await store.CreateAsync(caller, body.RootElement, cancellationToken), showSecret: true));
    }

    private static async Task<Ok<ListReply<WebhookObject>>> ListAsync(
        Caller caller, WebhookStore store, CancellationToken cancellationToken, string? after = null, int limit = 20)
    {
        Paging.Check(limit, LongestPage);
        List<WebhookEndpoint> rows = await store.PageAsync(caller, after, limit, cancellationToken);
        return TypedResults.Ok(ListReply<WebhookObject>.Of(rows, limit, WebhookObject.Of, endpoint => endpoint.Id));
    }

    private static async Task<Ok<WebhookObject>> GetAsync(string id, Caller caller, WebhookStore store, CancellationToken cancellationToken) =>
        TypedResults.Ok(WebhookObject.Of(await store.GetAsync(caller, id, cancellationToken)));

    private static async Task<Ok<WebhookObject>> UpdateAsync(
        string id, HttpRequest request, Caller caller, WebhookStore store, CancellationToken cancellationToken)
    {
        using JsonDocument body = await JsonFields.ReadObjectAsync(request);
        return TypedResults.Ok(WebhookObject.Of(await store.UpdateAsync(caller, id, body.RootElement, cancellationToken)));
    }

    private static async Task<Ok<WebhookDeleted>> DeleteAsync(string id, Caller caller, WebhookStore store, CancellationToken cancellationToken)
    {
        await store.DeleteAsync(caller, id, cancellationToken);
        return TypedResults.Ok(new WebhookDeleted(id, "webhook_endpoint", true));
    }

    private static async Task<Ok<WebhookObject>> RotateAsync(
        string id, HttpRequest request, Caller caller, WebhookStore store, CancellationToken cancellationToken)
    {
        using JsonDocument body = await JsonFields.ReadObjectAsync(request);
        return TypedResults.Ok(WebhookObject.Of(await store.RotateAsync(caller, id, body.RootElement, cancellationToken), showSecret: true));
    }

    private static async Task<Ok<DeliveryObject>> TestAsync(string id, Caller caller, WebhookStore store, CancellationToken cancellationToken) =>
        TypedResults.Ok(await store.TestAsync(caller, id, cancellationToken));

    private static async Task<Ok<ListReply<DeliveryObject>>> DeliveriesAsync(
        string id, Caller caller, WebhookStore store, CancellationToken cancellationToken, string? after = null, int limit = 20)
    {
        Paging.Check(limit, LongestPage);
        List<DeliveryObject> rows = await store.DeliveriesAsync(caller, id, after, limit, cancellationToken);
        return TypedResults.Ok(ListReply<DeliveryObject>.Of(rows, limit, row => row, row => row.Id));
    }

    private static async Task<Ok<DeliveryObject>> ReplayAsync(
        string id, string deliveryId, Caller caller, WebhookStore store, CancellationToken cancellationToken) =>
        TypedResults.Ok(await store.ReplayAsync(caller, id, deliveryId, cancellationToken));
}
