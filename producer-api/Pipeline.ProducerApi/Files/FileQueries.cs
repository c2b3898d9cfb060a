using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.ProducerApi.Errors;
using Pipeline.ProducerApi.Keys;

namespace Pipeline.ProducerApi.Files;

/// <summary>Finds a tenant's files.</summary>
internal static class FileQueries
{
    public static async Task<StoredFile> GetFileAsync(this PipelineDbContext context, Caller caller, string id, CancellationToken cancellationToken) =>
        await context.Files.AsNoTracking().FirstOrDefaultAsync(f => f.Id == id && f.TenantId == caller.TenantId, cancellationToken)
        ?? throw RequestException.NoSuchFile(id);

    /// <summary>A page of files, and one row more if there is more.</summary>
    public static async Task<List<StoredFile>> PageAsync(
        this PipelineDbContext context, Caller caller, string? purpose, string? after, bool ascending, int limit, CancellationToken cancellationToken)
    {
        IQueryable<StoredFile> files = context.Files.AsNoTracking().Where(f => f.TenantId == caller.TenantId);
        if (purpose is not null)
        {
            files = files.Where(f => f.Purpose == purpose);
        }

        if (after is not null)
        {
            StoredFile last = await context.GetFileAsync(caller, after, cancellationToken);
            files = ascending
                ? files.Where(f => EF.Functions.GreaterThan(ValueTuple.Create(f.CreatedAt, f.Id), ValueTuple.Create(last.CreatedAt, last.Id)))
                : files.Where(f => EF.Functions.LessThan(ValueTuple.Create(f.CreatedAt, f.Id), ValueTuple.Create(last.CreatedAt, last.Id)));
        }

        files = ascending ? files.OrderBy(f => f.CreatedAt).ThenBy(f => f.Id) : files.OrderByDescending(f => f.CreatedAt).ThenByDescending(f => f.Id);
        return await files.Take(limit + 1).ToListAsync(cancellationToken);
    }
}
