using System.Text.Json;
using Pipeline.Data.Entities;
using Pipeline.ProducerApi.Http;

namespace Pipeline.ProducerApi.Erasure;

/// <summary>A deletion of a tenant's data as the API shows it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Object">Always <c>tenant.erasure</c>.</param>
/// <param name="TenantId">Whose data.</param>
/// <param name="Status"><c>cancelling</c> what is open, then <c>deleting</c>, at last <c>finished</c>.</param>
/// <param name="RequestedAt">When it was asked for.</param>
/// <param name="FinishedAt">When nothing was left.</param>
/// <param name="Deleted">Rows deleted so far, by table.</param>
internal sealed record ErasureObject(string Id, string Object, Guid TenantId, string Status, long RequestedAt, long? FinishedAt, JsonElement Deleted)
{
    public static ErasureObject Of(TenantErasure erasure) => new(
        erasure.Id,
        "tenant.erasure",
        erasure.TenantId,
        erasure.FinishedAt is not null ? "finished" : erasure.DeletingAt is not null ? "deleting" : "cancelling",
        erasure.RequestedAt.ToUnix(),
        erasure.FinishedAt.ToUnix(),
        JsonElement.Parse(erasure.Deleted));
}
