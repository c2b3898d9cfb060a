using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Pipeline.Data.Keys;
using Pipeline.ProducerApi.Keys;

namespace Pipeline.ProducerApi.Usage;

/// <summary><c>/v1/usage</c>, an addition to OpenAI's API.</summary>
internal static class UsageEndpoints
{
    public static void MapUsage(this IEndpointRouteBuilder v1)
    {
        RouteGroupBuilder usage = v1.MapGroup("/usage").WithTags("Usage").RequireScope(KeyScopes.UsageRead);
        usage.MapGet("", GetAsync)
            .WithSummary("What was used, and what it cost")
            .WithDescription(
                "Sums of the ledger from `start` (the first of this month) until before `end`, dates or times, UTC unless they say otherwise; in groups by `group_by`: `day`, `model`, `batch`, `tenant`, "
                + "several by commas, and always by currency. Pages as lists do. Beside each sum stands what its completed requests would have cost at a managed API's list price. "
                + "An operator sees all tenants, or the one that `tenant` names.");
        usage.MapGet("/budget", GetBudgetAsync)
            .WithSummary("What may be spent in a month, and what has been spent in this one")
            .WithDescription("A calendar month of UTC. Jobs that might exceed the cap end with `monthly_cost_exceeded`; a retry runs them. The operator sets it: `max_monthly_cost` of a tenant's limits.");
    }

    private static async Task<Ok<UsagePage>> GetAsync(
        Caller caller,
        UsageReport report,
        TimeProvider time,
        CancellationToken cancellationToken,
        [FromQuery(Name = "group_by")] string[]? groupBy = null,
        string? start = null,
        string? end = null,
        string? tenant = null,
        string? after = null,
        int limit = 100) =>
        TypedResults.Ok(await report.ReadAsync(UsageRequest.Parse(caller, tenant, groupBy ?? [], start, end, limit, after, time.GetUtcNow()), cancellationToken));

    private static async Task<Ok<BudgetObject>> GetBudgetAsync(Caller caller, Budgets budgets, CancellationToken cancellationToken, string? tenant = null) =>
        TypedResults.Ok(await budgets.GetAsync(UsageRequest.TenantOf(caller, tenant) ?? caller.TenantId, cancellationToken));
}
