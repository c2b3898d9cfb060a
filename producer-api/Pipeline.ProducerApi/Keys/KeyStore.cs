using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.Data.Keys;
using Pipeline.ProducerApi.Audit;
using Pipeline.ProducerApi.Errors;

namespace Pipeline.ProducerApi.Keys;

/// <summary>
/// A tenant's keys. Nobody makes, takes over or revokes a key that may do more than the own one. Every change is in the audit trail
/// in its own transaction, and told to all processes.
/// </summary>
internal sealed class KeyStore(IDbContextFactory<PipelineDbContext> contexts, AuditedChanges changes, TimeProvider time)
{
    private const int MostKeys = 1000;

    /// <summary>Makes a key for a tenant.</summary>
    /// <returns>The key and its secret, which is kept nowhere.</returns>
    public Task<(ApiKey Key, string Secret)> CreateAsync(HttpContext http, Caller caller, Guid tenantId, CreateKeyRequest request, CancellationToken cancellationToken)
    {
        string secret = KeySecrets.New();
        DateTimeOffset now = time.GetUtcNow();
        ApiKey key = new()
        {
            Id = Guid.CreateVersion7(now),
            TenantId = tenantId,
            Name = request.Name,
            KeyHash = ApiKeyHash.Of(secret),
            Prefix = KeySecrets.PrefixOf(secret),
            Role = request.ParsedRole,
            Scopes = request.Scopes,
            CreatedAt = now,
            ExpiresAt = request.ExpiresInSeconds is { } seconds ? now.AddSeconds(seconds) : null,
        };
        CheckReach(caller, key);
        return changes.MakeAsync(
            http,
            async context =>
            {
                if (await context.ApiKeys.CountAsync(k => k.TenantId == tenantId && k.RevokedAt == null, cancellationToken) >= MostKeys)
                {
                    throw RequestException.Invalid($"There are {MostKeys} keys already, which is the most that a tenant may have.", code: "too_many_keys");
                }

                context.ApiKeys.Add(key);
                return ((key, secret), Describe(key));
            },
            cancellationToken);
    }

    /// <summary>A page of keys, newest first, and one row more if there is more.</summary>
    public async Task<List<ApiKey>> PageAsync(Caller caller, string? after, int limit, CancellationToken cancellationToken)
    {
        await using PipelineDbContext context = await contexts.CreateDbContextAsync(cancellationToken);
        IQueryable<ApiKey> keys = context.ApiKeys.AsNoTracking().Where(k => k.TenantId == caller.TenantId);
        if (after is not null)
        {
            ApiKey last = await FindAsync(context, caller, after, cancellationToken);
            keys = keys.Where(k => EF.Functions.LessThan(ValueTuple.Create(k.CreatedAt, k.Id), ValueTuple.Create(last.CreatedAt, last.Id)));
        }

        return await keys.OrderByDescending(k => k.CreatedAt).ThenByDescending(k => k.Id).Take(limit + 1).ToListAsync(cancellationToken);
    }

    public async Task<ApiKey> GetAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        await using PipelineDbContext context = await contexts.CreateDbContextAsync(cancellationToken);
        return await FindAsync(context, caller, id, cancellationToken);
    }

    /// <summary>Gives a key a new secret; the old one stays good for <paramref name="grace"/>, and one from before it no longer.</summary>
    public Task<(ApiKey Key, string Secret)> RotateAsync(HttpContext http, Caller caller, string id, TimeSpan grace, CancellationToken cancellationToken) => changes.MakeAsync(
        http,
        async context =>
        {
            ApiKey key = await LockAsync(context, caller, id, cancellationToken);
            DateTimeOffset now = time.GetUtcNow();
            if (key.EndOf(key.KeyHash) <= now)
            {
                throw new RequestException(409, "Cannot rotate a key that has been revoked or has expired.") { ForbidRetry = true };
            }

            string secret = KeySecrets.New();
            key.PreviousKeyHash = key.KeyHash;
            key.PreviousExpiresAt = now + grace;
            key.KeyHash = ApiKeyHash.Of(secret);
            key.Prefix = KeySecrets.PrefixOf(secret);
            string details = JsonSerializer.Serialize(new { prefix = key.Prefix, grace_seconds = (long)grace.TotalSeconds });
            return ((key, secret), new AuditedChange(key.TenantId, id, details));
        },
        cancellationToken);

    /// <summary>Revokes a key with all its secrets, at once. To do it again does nothing.</summary>
    public Task<ApiKey> RevokeAsync(HttpContext http, Caller caller, string id, CancellationToken cancellationToken) => changes.MakeAsync(
        http,
        async context =>
        {
            ApiKey key = await LockAsync(context, caller, id, cancellationToken);
            key.RevokedAt ??= time.GetUtcNow();
            return (key, Describe(key));
        },
        cancellationToken);

    /// <summary>Finds a key that the caller may change, and lets nobody else change it meanwhile.</summary>
    private static async Task<ApiKey> LockAsync(PipelineDbContext context, Caller caller, string id, CancellationToken cancellationToken)
    {
        Guid key = KeyObject.ParseId(id);
        await context.Database.ExecuteSqlAsync($"SELECT 1 FROM api_keys WHERE id = {key} FOR UPDATE", cancellationToken);
        ApiKey found = await FindAsync(context, caller, id, cancellationToken);
        CheckReach(caller, found);
        return found;
    }

    private static async Task<ApiKey> FindAsync(PipelineDbContext context, Caller caller, string id, CancellationToken cancellationToken)
    {
        Guid key = KeyObject.ParseId(id);
        return await context.ApiKeys.FirstOrDefaultAsync(k => k.Id == key && k.TenantId == caller.TenantId, cancellationToken)
            ?? throw RequestException.NoSuch("API key", id);
    }

    private static void CheckReach(Caller caller, ApiKey key)
    {
        string[] beyond = [.. KeyScopes.Of(key.Role, key.Scopes).Except(caller.Scopes).Order(StringComparer.Ordinal)];
        if (beyond.Length > 0)
        {
            throw RequestException.MissingScopes(beyond);
        }
    }

    private static AuditedChange Describe(ApiKey key) => new(key.TenantId, KeyObject.IdOf(key.Id), JsonSerializer.Serialize(
        new { name = key.Name, prefix = key.Prefix, role = key.Role.ToString().ToLowerInvariant(), scopes = key.Scopes, expires_at = key.ExpiresAt?.ToUnixTimeSeconds() }));
}
