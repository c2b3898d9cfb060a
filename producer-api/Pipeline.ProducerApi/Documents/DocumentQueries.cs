using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.Data.States;
using Pipeline.ProducerApi.Errors;
using Pipeline.ProducerApi.Keys;

namespace Pipeline.ProducerApi.Documents;

/// <summary>Finds a tenant's document sets.</summary>
internal static class DocumentQueries
{
    /// <summary>Unreadable documents that are shown with their set; the results have all.</summary>
    private const int MostUnreadable = 100;

    public static async Task<(DocumentSet Set, Batch Batch)> GetDocumentSetAsync(
        this PipelineDbContext context, Caller caller, string id, CancellationToken cancellationToken)
    {
        DocumentSet? set = await context.DocumentSets.AsNoTracking().FirstOrDefaultAsync(s => s.BatchId == id && s.TenantId == caller.TenantId, cancellationToken);
        return set is null
            ? throw RequestException.NoSuchDocumentSet(id)
            : (set, await context.Batches.AsNoTracking().SingleAsync(b => b.Id == id && b.TenantId == caller.TenantId, cancellationToken));
    }

    /// <summary>A page of sets, newest first, and one more if there is more.</summary>
    public static async Task<List<DocumentSet>> PageOfDocumentSetsAsync(
        this PipelineDbContext context, Caller caller, string? after, int limit, CancellationToken cancellationToken)
    {
        IQueryable<DocumentSet> sets = context.DocumentSets.AsNoTracking().Where(s => s.TenantId == caller.TenantId);
        if (after is not null)
        {
            (DocumentSet last, _) = await context.GetDocumentSetAsync(caller, after, cancellationToken);
            sets = sets.Where(s => EF.Functions.LessThan(ValueTuple.Create(s.CreatedAt, s.BatchId), ValueTuple.Create(last.CreatedAt, last.BatchId)));
        }

        return await sets.OrderByDescending(s => s.CreatedAt).ThenByDescending(s => s.BatchId).Take(limit + 1).ToListAsync(cancellationToken);
    }

    /// <summary>The set as the API shows it, with how far its documents are.</summary>
    public static async Task<DocumentSetObject> DescribeAsync(this PipelineDbContext context, DocumentSet set, Batch batch, CancellationToken cancellationToken)
    {
        var found = await context.Documents.Where(d => d.BatchId == set.BatchId).GroupBy(_ => 1)
            .Select(all => new { Total = all.Count(), Unreadable = all.Count(d => d.ErrorCode != null) }).SingleOrDefaultAsync(cancellationToken);
        var answered = await context.Documents.Where(d => d.BatchId == set.BatchId)
            .Join(context.Jobs, d => new { BatchId = (string?)d.BatchId, d.Line }, j => new { j.BatchId, Line = (int?)j.Line }, (_, j) => j.State)
            .GroupBy(_ => 1).Select(all => new { Completed = all.Count(s => s == JobState.Completed), Failed = all.Count(s => s == JobState.Failed) })
            .SingleOrDefaultAsync(cancellationToken);
        List<UnreadableDocument> unreadable = await context.Documents.AsNoTracking()
            .Where(d => d.BatchId == set.BatchId && d.ErrorCode != null).OrderBy(d => d.Number).Take(MostUnreadable)
            .Select(d => new UnreadableDocument(d.Name, d.Kind, d.ErrorCode!, d.ErrorMessage!)).ToListAsync(cancellationToken);
        DocumentCounts counts = new(found?.Total ?? 0, found?.Unreadable ?? 0, answered?.Completed ?? 0, answered?.Failed ?? 0);
        return DocumentSetObject.Of(set, batch, counts, unreadable);
    }
}
