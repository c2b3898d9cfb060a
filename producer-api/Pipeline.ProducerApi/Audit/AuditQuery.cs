using Microsoft.AspNetCore.Mvc;
using Pipeline.Data.Entities;
using Pipeline.Data.Keys;
using Pipeline.ProducerApi.Errors;
using Pipeline.ProducerApi.Keys;
using Pipeline.ProducerApi.Tenants;

namespace Pipeline.ProducerApi.Audit;

/// <summary>Which entries are asked for.</summary>
internal sealed record AuditQuery(
    string? After = null,
    [FromQuery(Name = "tenant_id")] string? TenantId = null,
    [FromQuery(Name = "key_id")] string? KeyId = null,
    [FromQuery(Name = "object_id")] string? ObjectId = null,
    string? Method = null,
    string? Route = null,
    long? Since = null,
    long? Until = null,
    int Limit = 20)
{
    /// <summary>Narrows the entries to what the caller may see and asks for.</summary>
    public IQueryable<AuditEntry> Apply(IQueryable<AuditEntry> entries, Caller caller)
    {
        Guid tenant = TenantId is { } named && named != TenantObject.IdOf(caller.TenantId) ? OtherTenant(named, caller) : caller.TenantId;
        entries = entries.Where(e => e.TenantId == tenant);
        if (KeyId is not null)
        {
            Guid key = KeyObject.ParseId(KeyId);
            entries = entries.Where(e => e.KeyId == key);
        }

        entries = ObjectId is null ? entries : entries.Where(e => e.ObjectId == ObjectId);
        entries = Method is null ? entries : entries.Where(e => e.Method == Method);
        entries = Route is null ? entries : entries.Where(e => e.Route == Route);
        entries = Since is null ? entries : entries.Where(e => e.At >= Time(Since.Value, "since"));
        return Until is null ? entries : entries.Where(e => e.At < Time(Until.Value, "until"));
    }

    // Who may not look at others is not told whether there are any.
    private static Guid OtherTenant(string id, Caller caller) =>
        caller.Scopes.Contains(KeyScopes.Operator) ? TenantObject.ParseId(id) : throw RequestException.NoSuchTenant(id);

    private static DateTimeOffset Time(long seconds, string param) => seconds is >= 0 and < 253_402_300_800
        ? DateTimeOffset.FromUnixTimeSeconds(seconds)
        : throw RequestException.Invalid($"Invalid '{param}': expected Unix seconds.", param, "invalid_value");
}
