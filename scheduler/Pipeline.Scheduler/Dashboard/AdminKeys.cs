using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.Data.Keys;

namespace Pipeline.Scheduler.Dashboard;

/// <summary>Says whose key opens the dashboard: the operator's, for it shows what belongs to all tenants.</summary>
internal sealed class AdminKeys(IDbContextFactory<PipelineDbContext> contexts, TimeProvider time)
{
    /// <summary>The id of the key, or <see langword="null"/> if it opens nothing here.</summary>
    /// <remarks>The lookup is by hash: how long it takes tells nothing of a key.</remarks>
    public async Task<Guid?> FindAsync(string? key, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(key))
        {
            return null;
        }

        byte[] hash = ApiKeyHash.Of(key);
        await using PipelineDbContext context = await contexts.CreateDbContextAsync(cancellationToken);
        ApiKey? found = await context.ApiKeys.AsNoTracking().Include(k => k.Tenant).WithSecret(hash).FirstOrDefaultAsync(cancellationToken);
        return found is not null && IsOperators(found, hash) ? found.Id : null;
    }

    /// <summary>Whether a key that opened the dashboard before still does.</summary>
    public async Task<bool> IsValidAsync(Guid id, CancellationToken cancellationToken)
    {
        await using PipelineDbContext context = await contexts.CreateDbContextAsync(cancellationToken);
        return await context.ApiKeys.AsNoTracking().Include(k => k.Tenant).FirstOrDefaultAsync(k => k.Id == id, cancellationToken) is { } key && IsOperators(key, key.KeyHash);
    }

    private bool IsOperators(ApiKey key, byte[] hash) =>
        KeyScopes.Of(key.Role, key.Scopes).Contains(KeyScopes.Operator) && key.Tenant!.SuspendedAt is null && key.EndOf(hash) > time.GetUtcNow();
}
