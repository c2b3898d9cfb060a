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

    /// <summary>A tenant's sets as the API shows them, with how far their documents are.</summary>
    public static async Task<IReadOnlyList<DocumentSetObject>> DescribeAsync(
        this PipelineDbContext context, IReadOnlyList<DocumentSet> sets, CancellationToken cancellationToken)
    {
        string[] ids = [.. sets.Select(set => set.BatchId)];
        Dictionary<string, Batch> batches = await context.Batches.AsNoTracking().Where(b => ids.Contains(b.Id)).ToDictionaryAsync(b => b.Id, cancellationToken);
        Dictionary<string, DocumentCounts> counts = await context.CountDocumentsAsync(ids, cancellationToken);
        List<DocumentSetObject> shown = [];
        foreach (DocumentSet set in sets)
        {
            DocumentCounts found = counts.GetValueOrDefault(set.BatchId, DocumentCounts.None);
            List<UnreadableDocument> unreadable = found.Unreadable == 0 ? [] : await context.Documents.AsNoTracking()
                .Where(d => d.BatchId == set.BatchId && d.ErrorCode != null).OrderBy(d => d.Number).Take(MostUnreadable)
                .Select(d => new UnreadableDocument(d.Name, d.Kind, d.ErrorCode!, d.ErrorMessage!)).ToListAsync(cancellationToken);
            shown.Add(DocumentSetObject.Of(set, batches[set.BatchId], found, unreadable));
        }

        return shown;
    }

    private static async Task<Dictionary<string, DocumentCounts>> CountDocumentsAsync(this PipelineDbContext context, string[] ids, CancellationToken cancellationToken)
    {
        var found = await context.Documents.Where(d => ids.Contains(d.BatchId)).GroupBy(d => d.BatchId)
            .Select(set => new { Id = set.Key, Total = set.Count(), Unreadable = set.Count(d => d.ErrorCode != null) }).ToListAsync(cancellationToken);
        var answered = await context.Documents.Where(d => ids.Contains(d.BatchId))
            .Join(context.Jobs, d => new { BatchId = (string?)d.BatchId, d.Line }, j => new { j.BatchId, Line = (int?)j.Line }, (d, j) => new { d.BatchId, j.State })
            .GroupBy(d => d.BatchId)
            .Select(set => new { Id = set.Key, Completed = set.Count(d => d.State == JobState.Completed), Failed = set.Count(d => d.State == JobState.Failed) })
            .ToDictionaryAsync(set => set.Id, cancellationToken);
        return found.ToDictionary(
            set => set.Id,
            set => new DocumentCounts(set.Total, set.Unreadable, answered.GetValueOrDefault(set.Id)?.Completed ?? 0, answered.GetValueOrDefault(set.Id)?.Failed ?? 0));
    }
}
