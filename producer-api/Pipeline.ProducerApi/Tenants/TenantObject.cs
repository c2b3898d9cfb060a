using Pipeline.Data.Entities;
using Pipeline.ProducerApi.Errors;
using Pipeline.ProducerApi.Http;

namespace Pipeline.ProducerApi.Tenants;

/// <summary>A tenant as the operator sees it: <c>Weight</c> is its share of the workers beside others.</summary>
internal sealed record TenantObject(string Id, string Object, string Name, string Status, long CreatedAt, long? SuspendedAt, int Weight, TenantLimitsObject Limits)
{
    private const string IdPrefix = "tenant_";

    public static TenantObject Of(Tenant tenant) => new(
        IdOf(tenant.Id),
        "tenant",
        tenant.Name,
        tenant.SuspendedAt is null ? "active" : "suspended",
        tenant.CreatedAt.ToUnix(),
        tenant.SuspendedAt.ToUnix(),
        tenant.Weight,
        new TenantLimitsObject(
            tenant.MaxMonthlyCost,
            tenant.RequestsPerMinute,
            tenant.BytesPerMinute,
            tenant.EnqueuedTokens,
            tenant.Quotas.OrderBy(quota => quota.Model, StringComparer.Ordinal).ToDictionary(quota => quota.Model, quota => quota.EnqueuedTokens)));

    public static string IdOf(Guid id) => IdPrefix + id.ToString("N");

    public static Guid ParseId(string id) =>
        id.StartsWith(IdPrefix, StringComparison.Ordinal) && Guid.TryParseExact(id.AsSpan(IdPrefix.Length), "N", out Guid guid) ? guid : throw RequestException.NoSuchTenant(id);
}

/// <summary>A tenant's limits: <see langword="null"/> stands for the installation's default, 0 for no limit.</summary>
/// <param name="MaxMonthlyCost">What it may spend in a calendar month of UTC; none if <see langword="null"/>.</param>
/// <param name="RequestsPerMinute">Requests that it may make in a minute.</param>
/// <param name="BytesPerMinute">Bytes that it may send in a minute.</param>
/// <param name="EnqueuedTokens">Prompt tokens that its open batches may have, for each model.</param>
/// <param name="EnqueuedTokensByModel">The same for single models, where it differs.</param>
internal sealed record TenantLimitsObject(
    decimal? MaxMonthlyCost, int? RequestsPerMinute, long? BytesPerMinute, long? EnqueuedTokens, IReadOnlyDictionary<string, long> EnqueuedTokensByModel);
