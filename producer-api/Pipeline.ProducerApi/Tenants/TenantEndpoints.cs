using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Pipeline.Data.Entities;
using Pipeline.Data.Keys;
using Pipeline.ProducerApi.Http;
using Pipeline.ProducerApi.Keys;

namespace Pipeline.ProducerApi.Tenants;

/// <summary><c>/v1/tenants</c>: the installation's tenants, for its operator. An addition to OpenAI's API.</summary>
internal static class TenantEndpoints
{
    private const int LongestPage = 100;
    private const int LongestBody = 1 << 16;

    public static void MapTenants(this IEndpointRouteBuilder v1)
    {
        RouteGroupBuilder tenants = v1.MapGroup("/tenants").WithTags("Tenants").RequireScope(KeyScopes.Operator).WithMetadata(new RequestSizeLimitAttribute(LongestBody));
        tenants.MapPost("", CreateAsync).WithJsonBody<CreateTenantRequest>().WithSummary("Make a tenant");
        tenants.MapGet("", ListAsync).WithSummary("List tenants, newest first");
        tenants.MapGet("/{id}", GetAsync).WithSummary("Retrieve a tenant");
        tenants.MapPost("/{id}", UpdateAsync)
            .WithJsonBody<UpdateTenantRequest>()
            .WithSummary("Change a tenant's name, weight or limits")
            .WithDescription("What is absent stays. A limit of null goes back to the installation's default, 0 is no limit at all.");
        tenants.MapPost("/{id}/suspend", SuspendAsync).WithSummary("Suspend a tenant: its keys open nothing, and what waits is not begun");
        tenants.MapPost("/{id}/resume", ResumeAsync).WithSummary("Let a suspended tenant go on");
        tenants.MapPost("/{id}/keys", CreateKeyAsync)
            .WithJsonBody<CreateKeyRequest>()
            .WithSummary("Make a key of a tenant, an admin's by default, such as its first; the reply has its secret, once");
    }

    private static async Task<Ok<TenantObject>> CreateAsync(HttpRequest request, TenantStore store, CancellationToken cancellationToken)
    {
        using JsonDocument body = await JsonFields.ReadObjectAsync(request);
        return TypedResults.Ok(TenantObject.Of(await store.CreateAsync(request.HttpContext, body.RootElement, cancellationToken)));
    }

    private static async Task<Ok<ListReply<TenantObject>>> ListAsync(TenantStore store, CancellationToken cancellationToken, string? after = null, int limit = 20)
    {
        Paging.Check(limit, LongestPage);
        List<Tenant> rows = await store.PageAsync(after, limit, cancellationToken);
        return TypedResults.Ok(ListReply<TenantObject>.Of(rows, limit, TenantObject.Of, tenant => TenantObject.IdOf(tenant.Id)));
    }

    private static async Task<Ok<TenantObject>> GetAsync(string id, TenantStore store, CancellationToken cancellationToken) =>
        TypedResults.Ok(TenantObject.Of(await store.GetAsync(id, cancellationToken)));

    private static async Task<Ok<TenantObject>> UpdateAsync(string id, HttpRequest request, TenantStore store, CancellationToken cancellationToken)
    {
        using JsonDocument body = await JsonFields.ReadObjectAsync(request);
        return TypedResults.Ok(TenantObject.Of(
            await store.ChangeAsync(request.HttpContext, id, tenant => TenantFields.Apply(body.RootElement, tenant), cancellationToken)));
    }

    private static async Task<Ok<TenantObject>> SuspendAsync(
        string id, HttpContext http, TenantStore store, TimeProvider time, CancellationToken cancellationToken) =>
        TypedResults.Ok(TenantObject.Of(await store.ChangeAsync(http, id, tenant => tenant.SuspendedAt ??= time.GetUtcNow(), cancellationToken)));

    private static async Task<Ok<TenantObject>> ResumeAsync(string id, HttpContext http, TenantStore store, CancellationToken cancellationToken) =>
        TypedResults.Ok(TenantObject.Of(await store.ChangeAsync(http, id, tenant => tenant.SuspendedAt = null, cancellationToken)));

    private static async Task<Ok<KeyObject>> CreateKeyAsync(
        string id, HttpRequest request, Caller caller, TenantStore tenants, KeyStore keys, CancellationToken cancellationToken)
    {
        using JsonDocument body = await JsonFields.ReadObjectAsync(request);
        Tenant tenant = await tenants.GetAsync(id, cancellationToken);
        (ApiKey key, string secret) = await keys.CreateAsync(request.HttpContext, caller, tenant.Id, CreateKeyRequest.Parse(body.RootElement, defaultRole: "admin"), cancellationToken);
        return TypedResults.Ok(KeyObject.Of(key, secret));
    }
}
