using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.Data.Keys;

namespace Pipeline.ProducerApi.Keys;

/// <summary>
/// Finds out whom a key speaks for, and remembers it: a request costs no query. A change of a key or a tenant is told to every
/// process (<see cref="KeyWatch"/>), and forgotten at the latest after <see cref="ApiOptions.KeyCacheSeconds"/>. Thread-safe.
/// </summary>
internal sealed class ApiKeyDirectory(IDbContextFactory<PipelineDbContext> contexts, TimeProvider time, IOptions<ApiOptions> options, KeyUse use)
{
    // Unknown keys are not remembered: whoever guesses keys fills nobody's memory.
    private volatile ConcurrentDictionary<string, Entry> _known = new(StringComparer.Ordinal);

    public async ValueTask<KeyLookup> FindAsync(string key, CancellationToken cancellationToken)
    {
        byte[] hash = ApiKeyHash.Of(key);
        string name = Convert.ToHexStringLower(hash);
        // What is read from now on goes where a Forget that comes in between has thrown it away.
        ConcurrentDictionary<string, Entry> known = _known;
        DateTimeOffset now = time.GetUtcNow();
        if (!known.TryGetValue(name, out Entry? entry) || time.GetElapsedTime(entry.At).TotalSeconds >= options.Value.KeyCacheSeconds || entry.End <= now)
        {
            long at = time.GetTimestamp();
            if (await ReadAsync(hash, cancellationToken) is not { } found)
            {
                known.TryRemove(name, out _);
                return new KeyLookup(null, KeyLookup.Unknown);
            }

            entry = new Entry(CallerOf(found), found.EndOf(hash), at);
            if (entry.End <= now)
            {
                known.TryRemove(name, out _);
                return new KeyLookup(null, found.RevokedAt is not null ? KeyLookup.Revoked : found.ExpiresAt <= now ? KeyLookup.Expired : KeyLookup.Rotated);
            }

            known[name] = entry;
        }

        use.Note(entry.Caller.KeyId!.Value, now);
        return new KeyLookup(entry.Caller, null);
    }

    /// <summary>Looks every key up anew when it comes next.</summary>
    public void Forget() => _known = new(StringComparer.Ordinal);

    private static Caller CallerOf(ApiKey key) => new(key.TenantId, key.Role)
    {
        KeyId = key.Id,
        Scopes = KeyScopes.Of(key.Role, key.Scopes),
        IsSuspended = key.Tenant!.SuspendedAt is not null,
        RequestsPerMinute = key.Tenant.RequestsPerMinute,
        BytesPerMinute = key.Tenant.BytesPerMinute,
        IsErasing = key.Tenant.ErasingAt is not null,
    };

    private async Task<ApiKey?> ReadAsync(byte[] hash, CancellationToken cancellationToken)
    {
        await using PipelineDbContext context = await contexts.CreateDbContextAsync(cancellationToken);
        return await context.ApiKeys.AsNoTracking().Include(k => k.Tenant).WithSecret(hash).FirstOrDefaultAsync(cancellationToken);
    }

    /// <param name="Caller">Whom the key speaks for.</param>
    /// <param name="End">When it ceases to.</param>
    /// <param name="At">When that was looked up, as a timestamp.</param>
    private sealed record Entry(Caller Caller, DateTimeOffset End, long At);
}
