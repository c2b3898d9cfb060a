using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.Data.Keys;
using Pipeline.ProducerApi.Errors;
using Pipeline.ProducerApi.Http;
using Pipeline.ProducerApi.Keys;
using Pipeline.ProducerApi.Tenants;

namespace Pipeline.ProducerApi.Audit;

/// <summary><c>/v1/audit</c>: who did what. An addition to OpenAI's API.</summary>
internal static class AuditEndpoints
{
    private const int LongestPage = 100;

    public static void MapAudit(this IEndpointRouteBuilder v1) => v1.MapGroup("/audit").WithTags("Audit").RequireScope(KeyScopes.Admin)
        .MapGet("", ListAsync)
        .WithSummary("List calls that changed something, newest first")
        .WithDescription(
            "Of the key's tenant; an operator may name another by `tenant_id`. `key_id`, `object_id`, `method` and `route` pick, and so do `since` and `until`, in Unix seconds. "
            + "Entries follow their calls within moments; changes of keys and tenants are there as soon as they are made.");

    private static async Task<Ok<ListReply<AuditObject>>> ListAsync([AsParameters] AuditQuery query, Caller caller, PipelineDbContext context, CancellationToken cancellationToken)
    {
        Paging.Check(query.Limit, LongestPage);
        IQueryable<AuditEntry> entries = query.Apply(context.AuditEntries.AsNoTracking(), caller);
        if (query.After is { } after)
        {
            if (!AuditObject.TryParseId(after, out long last) || !await entries.AnyAsync(e => e.Id == last, cancellationToken))
            {
                throw RequestException.NoSuch("audit entry", after);
            }

            entries = entries.Where(e => e.Id < last);
        }

        List<AuditEntry> rows = await entries.OrderByDescending(e => e.Id).Take(query.Limit + 1).ToListAsync(cancellationToken);
        return TypedResults.Ok(ListReply<AuditObject>.Of(rows, query.Limit, AuditObject.Of, AuditObject.IdOf));
    }
}
