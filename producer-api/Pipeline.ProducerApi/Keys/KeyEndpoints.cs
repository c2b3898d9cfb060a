using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Pipeline.Data.Entities;
using Pipeline.Data.Keys;
using Pipeline.ProducerApi.Http;

namespace Pipeline.ProducerApi.Keys;

/// <summary><c>/v1/keys</c>: the tenant's keys, for its administrators. An addition to OpenAI's API, which has this in its dashboard.</summary>
internal static class KeyEndpoints
{
    private const int LongestPage = 100;
    private const int LongestBody = 1 << 16;

    public static void MapKeys(this IEndpointRouteBuilder v1)
    {
        RouteGroupBuilder keys = v1.MapGroup("/keys").WithTags("Keys").RequireScope(KeyScopes.Admin).WithMetadata(new RequestSizeLimitAttribute(LongestBody));
        keys.MapPost("", CreateAsync).WithJsonBody<CreateKeyRequest>().WithSummary("Make a key; the reply has its secret, once");
        keys.MapGet("", ListAsync).WithSummary("List keys, newest first, revoked ones too");
        keys.MapGet("/{id}", GetAsync).WithSummary("Retrieve a key");
        keys.MapPost("/{id}/rotate", RotateAsync)
            .WithJsonBody<RotateKeyRequest>()
            .WithSummary("Make a new secret; the old one stays good for a while")
            .WithDescription("`grace_seconds` says how long: a day if absent, 0 to 30 days. The reply has the new secret, once.");
        keys.MapDelete("/{id}", RevokeAsync).WithSummary("Revoke a key, with all its secrets, at once");
    }

    private static async Task<Ok<KeyObject>> CreateAsync(HttpRequest request, Caller caller, KeyStore store, CancellationToken cancellationToken)
    {
        using JsonDocument body = await JsonFields.ReadObjectAsync(request);
        (ApiKey key, string secret) = await store.CreateAsync(request.HttpContext, caller, caller.TenantId, CreateKeyRequest.Parse(body.RootElement), cancellationToken);
        return TypedResults.Ok(KeyObject.Of(key, secret));
    }

    private static async Task<Ok<ListReply<KeyObject>>> ListAsync(
        Caller caller, KeyStore store, CancellationToken cancellationToken, string? after = null, int limit = 20)
    {
        Paging.Check(limit, LongestPage);
        List<ApiKey> rows = await store.PageAsync(caller, after, limit, cancellationToken);
        return TypedResults.Ok(ListReply<KeyObject>.Of(rows, limit, KeyObject.Of, key => KeyObject.IdOf(key.Id)));
    }

    private static async Task<Ok<KeyObject>> GetAsync(string id, Caller caller, KeyStore store, CancellationToken cancellationToken) =>
        TypedResults.Ok(KeyObject.Of(await store.GetAsync(caller, id, cancellationToken)));

    private static async Task<Ok<KeyObject>> RotateAsync(string id, HttpRequest request, Caller caller, KeyStore store, CancellationToken cancellationToken)
    {
        using JsonDocument body = await JsonFields.ReadObjectAsync(request);
        (ApiKey key, string secret) = await store.RotateAsync(request.HttpContext, caller, id, RotateKeyRequest.Parse(body.RootElement), cancellationToken);
        return TypedResults.Ok(KeyObject.Of(key, secret));
    }

    private static async Task<Ok<KeyObject>> RevokeAsync(string id, HttpContext http, Caller caller, KeyStore store, CancellationToken cancellationToken) =>
        TypedResults.Ok(KeyObject.Of(await store.RevokeAsync(http, caller, id, cancellationToken)));
}
