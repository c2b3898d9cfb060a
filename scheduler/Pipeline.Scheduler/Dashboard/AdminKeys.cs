using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Entities;

namespace Pipeline.Scheduler.Dashboard;

/// <summary>Says whose key opens the dashboard: those of administrators that are not revoked.</summary>
internal sealed class AdminKeys(IDbContextFactory<PipelineDbContext> contexts)
{
    /// <summary>The id of the key, or <see langword="null"/> if it opens nothing here.</summary>
    /// <remarks>The lookup is by hash, and the comparison takes the same time wherever two hashes differ.</remarks>
    public async Task<Guid?> FindAsync(string? key, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(key))
        {
            return null;
        }

        byte[] hash = ApiKeyHash.Of(key);
        await using PipelineDbContext context = await contexts.CreateDbContextAsync(cancellationToken);
        ApiKey? found = await context.ApiKeys.AsNoTracking()
            .FirstOrDefaultAsync(k => k.KeyHash == hash && k.Role == ApiKeyRole.Admin && k.RevokedAt == null, cancellationToken);
        return found is not null && CryptographicOperations.FixedTimeEquals(found.KeyHash, hash) ? found.Id : null;
    }

    /// <summary>Whether a key that opened the dashboard before still does.</summary>
    public async Task<bool> IsValidAsync(Guid id, CancellationToken cancellationToken)
    {
        await using PipelineDbContext context = await contexts.CreateDbContextAsync(cancellationToken);
        return await context.ApiKeys.AnyAsync(k => k.Id == id && k.Role == ApiKeyRole.Admin && k.RevokedAt == null, cancellationToken);
    }
}
