using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.Data.Ids;
using Pipeline.Data.Keys;
using Pipeline.Data.Notifications;
using Pipeline.ProducerApi.Errors;
using Pipeline.ProducerApi.Keys;

namespace Pipeline.ProducerApi.Erasure;

/// <summary>Takes requests that a tenant's data be deleted; a duty of the scheduler carries them out.</summary>
internal sealed class ErasureStore(IDbContextFactory<PipelineDbContext> contexts, TimeProvider time)
{
    /// <summary>What stands for the caller's own tenant.</summary>
    private const string Self = "self";

    /// <summary>Begins to delete all data of a tenant, or answers the deletion that is under way. Nothing new is taken until it is finished.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="tenant">The tenant's id, or <c>self</c>.</param>
    /// <param name="confirm">The tenant's name: nobody types it by accident.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<ErasureObject> BeginAsync(Caller caller, string tenant, string? confirm, CancellationToken cancellationToken)
    {
        await using PipelineDbContext context = await contexts.CreateDbContextAsync(cancellationToken);
        await using IDbContextTransaction transaction = await context.Database.BeginTransactionAsync(cancellationToken);
        Guid id = IdOf(caller, tenant);
        Tenant found = await context.Tenants.FromSql($"SELECT * FROM tenants WHERE id = {id} FOR UPDATE").FirstOrDefaultAsync(cancellationToken) ?? throw NoSuchTenant(tenant);
        if (confirm != found.Name)
        {
            throw RequestException.Invalid(
                $"This deletes all files, batches, results, webhooks and schedules of the tenant for good. To confirm, give its name: 'confirm={found.Name}'.", "confirm", "confirmation_required");
        }

        if (await context.TenantErasures.AsNoTracking().FirstOrDefaultAsync(e => e.TenantId == id && e.FinishedAt == null, cancellationToken) is { } underWay)
        {
            return ErasureObject.Of(underWay);
        }

        DateTimeOffset now = time.GetUtcNow();
        TenantErasure erasure = new() { Id = PublicIds.Erasure(), TenantId = id, RequestedBy = caller.KeyId, RequestedAt = now, Deleted = "{}" };
        context.TenantErasures.Add(erasure);
        found.ErasingAt = now;
        await context.SaveChangesAsync(cancellationToken);
        await context.Database.ExecuteSqlAsync($"SELECT pg_notify({NotificationChannels.Keys}, '')", cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return ErasureObject.Of(erasure);
    }

    /// <summary>A deletion, under way or finished.</summary>
    public async Task<ErasureObject> GetAsync(Caller caller, string tenant, string erasureId, CancellationToken cancellationToken)
    {
        Guid id = IdOf(caller, tenant);
        await using PipelineDbContext context = await contexts.CreateDbContextAsync(cancellationToken);
        return await context.TenantErasures.AsNoTracking().FirstOrDefaultAsync(e => e.Id == erasureId && e.TenantId == id, cancellationToken) is { } erasure
            ? ErasureObject.Of(erasure)
            : throw new RequestException(404, $"No erasure found with id '{erasureId}'.");
    }

    /// <summary>An operator may name any tenant, everybody else their own.</summary>
    private static Guid IdOf(Caller caller, string tenant) =>
        tenant == Self ? caller.TenantId
        : Guid.TryParse(tenant, out Guid id) && (id == caller.TenantId || caller.Scopes.Contains(KeyScopes.Operator)) ? id
        : throw NoSuchTenant(tenant);

    private static RequestException NoSuchTenant(string tenant) => new(404, $"No tenant found with id '{tenant}'.");
}
