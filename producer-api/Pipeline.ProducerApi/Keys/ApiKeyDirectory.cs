using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Pipeline.Data;

namespace Pipeline.ProducerApi.Keys;

/// <summary>Finds out whom a key speaks for; remembers it for some seconds, so that polling costs no query each time.</summary>
internal sealed class ApiKeyDirectory(IDbContextFactory<PipelineDbContext> contexts, TimeProvider time, IOptions<ApiOptions> options)
{
    // Unknown keys are not remembered: whoever guesses keys fills nobody's memory.
    private readonly ConcurrentDictionary<string, (Caller Caller, long At)> _known = new(StringComparer.Ordinal);

    public async ValueTask<Caller?> FindAsync(string key, CancellationToken cancellationToken)
    {
        byte[] hash = ApiKeyHash.Of(key);
        string name = Convert.ToHexStringLower(hash);
        if (_known.TryGetValue(name, out (Caller Caller, long At) known)
            && time.GetElapsedTime(known.At).TotalSeconds < options.Value.KeyCacheSeconds)
        {
            return known.Caller;
        }

        await using PipelineDbContext context = await contexts.CreateDbContextAsync(cancellationToken);
        Caller? caller = await context.ApiKeys
            .Where(k => k.KeyHash == hash && k.RevokedAt == null)
            .Select(k => new Caller(k.TenantId, k.Role))
            .FirstOrDefaultAsync(cancellationToken);
        if (caller is null)
        {
            _known.TryRemove(name, out _);
        }
        else
        {
            _known[name] = (caller, time.GetTimestamp());
        }

        return caller;
    }
}
