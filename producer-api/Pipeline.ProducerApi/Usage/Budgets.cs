using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.ProducerApi.Errors;
using Pipeline.ProducerApi.Pricing;
using Pipeline.ProducerApi.Tenants;

namespace Pipeline.ProducerApi.Usage;

/// <summary>What tenants may spend in a month.</summary>
internal sealed class Budgets(IDbContextFactory<PipelineDbContext> contexts, Pricer pricer, TimeProvider time)
{
    /// <summary>The tenant's cap, and what it has spent in this month.</summary>
    public async Task<BudgetObject> GetAsync(Guid tenantId, CancellationToken cancellationToken)
    {
        await using PipelineDbContext context = await contexts.CreateDbContextAsync(cancellationToken);
        DateTime now = time.GetUtcNow().UtcDateTime;
        DateOnly month = new(now.Year, now.Month, 1);
        var found = await context.Tenants.AsNoTracking().Where(t => t.Id == tenantId)
            .Select(t => new { t.MaxMonthlyCost, Spent = context.TenantMonths.Where(m => m.TenantId == t.Id && m.Month == month).Sum(m => m.Spent) })
            .FirstOrDefaultAsync(cancellationToken) ?? throw RequestException.NoSuchTenant(TenantObject.IdOf(tenantId));
        return new BudgetObject("budget", TenantObject.IdOf(tenantId), month.ToString("yyyy-MM", CultureInfo.InvariantCulture), found.Spent, found.MaxMonthlyCost, pricer.Currency);
    }
}
