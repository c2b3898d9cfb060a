using Microsoft.AspNetCore.Http.HttpResults;
using Pipeline.Data.Keys;
using Pipeline.ProducerApi.Keys;

namespace Pipeline.ProducerApi.Erasure;

/// <summary><c>/v1/tenants/{id}/data</c>: a tenant's data, deleted as a whole.</summary>
internal static class ErasureEndpoints
{
    public static void MapErasure(this IEndpointRouteBuilder v1)
    {
        RouteGroupBuilder tenant = v1.MapGroup("/tenants/{id}").WithTags("Tenants").RequireScope(KeyScopes.Admin);
        tenant.MapDelete("/data", BeginAsync)
            .WithSummary("Delete all data of a tenant")
            .WithDescription(
                "An admin's own (`self` will do for the id), or with an operator's key any. `confirm` is the tenant's name. What is open is cancelled first; until all is gone the tenant's keys "
                + "can only read. Files, batches, results, webhooks and schedules go; the tenant, its keys and its ledger, which has no content, stay.");
        tenant.MapGet("/erasures/{erasureId}", GetAsync).WithSummary("How far a deletion is");
    }

    private static async Task<Accepted<ErasureObject>> BeginAsync(
        string id, Caller caller, ErasureStore store, CancellationToken cancellationToken, string? confirm = null)
    {
        ErasureObject erasure = await store.BeginAsync(caller, id, confirm, cancellationToken);
        return TypedResults.Accepted($"/v1/tenants/{erasure.TenantId}/erasures/{erasure.Id}", erasure);
    }

    private static async Task<Ok<ErasureObject>> GetAsync(string id, string erasureId, Caller caller, ErasureStore store, CancellationToken cancellationToken) =>
        TypedResults.Ok(await store.GetAsync(caller, id, erasureId, cancellationToken));
}
