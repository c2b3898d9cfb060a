using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.Data.Keys;

namespace Pipeline.Migrator;

/// <summary>Makes sure that the configured admin key opens the API of the tenant <c>default</c>, as the operator's.</summary>
/// <param name="contexts">The database.</param>
/// <param name="time">Dates the rows.</param>
/// <param name="logger">Told when a key was added.</param>
public sealed class AdminKeySeeder(IDbContextFactory<PipelineDbContext> contexts, TimeProvider time, ILogger<AdminKeySeeder> logger)
{
    private const string TenantName = "default";

    /// <summary>Adds the tenant and the key where they are absent. Doing it twice does nothing.</summary>
    public async Task SeedAsync(string adminKey, CancellationToken cancellationToken)
    {
        byte[] hash = ApiKeyHash.Of(adminKey);
        await using PipelineDbContext context = await contexts.CreateDbContextAsync(cancellationToken);
        if (await context.ApiKeys.WithSecret(hash).AnyAsync(cancellationToken))
        {
            return;
        }

        DateTimeOffset now = time.GetUtcNow();
        Tenant tenant = await context.Tenants.FirstOrDefaultAsync(t => t.Name == TenantName, cancellationToken)
            ?? new Tenant { Id = Guid.CreateVersion7(now), Name = TenantName, CreatedAt = now };
        context.ApiKeys.Add(new ApiKey
        {
            Id = Guid.CreateVersion7(now),
            Tenant = tenant,
            Name = "admin",
            KeyHash = hash,
            Prefix = adminKey[..Math.Min(8, adminKey.Length)],
            Role = ApiKeyRole.Operator,
            CreatedAt = now,
        });
        await context.SaveChangesAsync(cancellationToken);
        LogMessages.AdminKeyAdded(logger, TenantName);
    }
}
