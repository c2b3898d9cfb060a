using System.Text.Json;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.ProducerApi.Audit;
using Pipeline.ProducerApi.Errors;

namespace Pipeline.ProducerApi.Tenants;

/// <summary>The installation's tenants. Every change is in the audit trail, of the tenant concerned, in its own transaction.</summary>
internal sealed class TenantStore(IDbContextFactory<PipelineDbContext> contexts, AuditedChanges changes, TimeProvider time, IOptions<JsonOptions> json)
{
    public Task<Tenant> CreateAsync(HttpContext http, JsonElement body, CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        Tenant tenant = new() { Id = Guid.CreateVersion7(now), Name = TenantFields.Name(body) ?? throw RequestException.MissingParameter("name"), CreatedAt = now };
        TenantFields.Apply(body, tenant);
        return SaveAsync(
            http,
            context =>
            {
                context.Tenants.Add(tenant);
                return Task.FromResult(tenant);
            },
            cancellationToken);
    }

    /// <summary>Changes a tenant; every process hears of it within moments.</summary>
    public Task<Tenant> ChangeAsync(HttpContext http, string id, Action<Tenant> change, CancellationToken cancellationToken) => SaveAsync(
        http,
        async context =>
        {
            Guid number = TenantObject.ParseId(id);
            await context.Database.ExecuteSqlAsync($"SELECT 1 FROM tenants WHERE id = {number} FOR NO KEY UPDATE", cancellationToken);
            Tenant tenant = await FindAsync(context, id, cancellationToken);
            change(tenant);
            return tenant;
        },
        cancellationToken);

    /// <summary>A page of tenants, newest first, and one row more if there is more.</summary>
    public async Task<List<Tenant>> PageAsync(string? after, int limit, CancellationToken cancellationToken)
    {
        await using PipelineDbContext context = await contexts.CreateDbContextAsync(cancellationToken);
        IQueryable<Tenant> tenants = context.Tenants.AsNoTracking().Include(t => t.Quotas);
        if (after is not null)
        {
            Tenant last = await FindAsync(context, after, cancellationToken);
            tenants = tenants.Where(t => EF.Functions.LessThan(ValueTuple.Create(t.CreatedAt, t.Id), ValueTuple.Create(last.CreatedAt, last.Id)));
        }

        return await tenants.OrderByDescending(t => t.CreatedAt).ThenByDescending(t => t.Id).Take(limit + 1).ToListAsync(cancellationToken);
    }

    public async Task<Tenant> GetAsync(string id, CancellationToken cancellationToken)
    {
        await using PipelineDbContext context = await contexts.CreateDbContextAsync(cancellationToken);
        return await FindAsync(context, id, cancellationToken);
    }

    private static async Task<Tenant> FindAsync(PipelineDbContext context, string id, CancellationToken cancellationToken)
    {
        Guid tenant = TenantObject.ParseId(id);
        return await context.Tenants.Include(t => t.Quotas).FirstOrDefaultAsync(t => t.Id == tenant, cancellationToken) ?? throw RequestException.NoSuchTenant(id);
    }

    private async Task<Tenant> SaveAsync(HttpContext http, Func<PipelineDbContext, Task<Tenant>> make, CancellationToken cancellationToken)
    {
        try
        {
            return await changes.MakeAsync(
                http,
                async context =>
                {
                    Tenant tenant = await make(context);
                    TenantObject after = TenantObject.Of(tenant);
                    return (tenant, new AuditedChange(tenant.Id, after.Id, JsonSerializer.Serialize(after, json.Value.SerializerOptions)));
                },
                cancellationToken);
        }
        catch (DbUpdateException e) when (e.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
        {
            throw RequestException.Invalid("There is a tenant of this name already.", "name", "name_taken");
        }
    }
}
