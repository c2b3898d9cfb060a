using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.ProducerApi.Errors;
using Pipeline.ProducerApi.Keys;

namespace Pipeline.ProducerApi.Batches;

/// <summary>Finds a tenant's batches.</summary>
internal static class BatchQueries
{
    public static async Task<Batch> GetBatchAsync(this PipelineDbContext context, Caller caller, string id, CancellationToken cancellationToken) =>
        await context.Batches.AsNoTracking().FirstOrDefaultAsync(b => b.Id == id && b.TenantId == caller.TenantId, cancellationToken)
        ?? throw RequestException.NoSuchBatch(id);

    /// <summary>A page of batches, newest first, and one row more if there is more.</summary>
    public static async Task<List<Batch>> PageAsync(
        this PipelineDbContext context, Caller caller, string? after, int limit, CancellationToken cancellationToken)
    {
        IQueryable<Batch> batches = context.Batches.AsNoTracking().Where(b => b.TenantId == caller.TenantId);
        if (after is not null)
        {
            Batch last = await context.GetBatchAsync(caller, after, cancellationToken);
            batches = batches.Where(b => EF.Functions.LessThan(ValueTuple.Create(b.CreatedAt, b.Id), ValueTuple.Create(last.CreatedAt, last.Id)));
        }

        return await batches.OrderByDescending(b => b.CreatedAt).ThenByDescending(b => b.Id).Take(limit + 1).ToListAsync(cancellationToken);
    }
}
