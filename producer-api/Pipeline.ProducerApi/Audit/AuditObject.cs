using System.Text.Json;
using Pipeline.Data.Entities;
using Pipeline.ProducerApi.Http;
using Pipeline.ProducerApi.Keys;
using Pipeline.ProducerApi.Tenants;

namespace Pipeline.ProducerApi.Audit;

/// <summary>An entry of the audit trail as the API shows it.</summary>
internal sealed record AuditObject(
    string Id,
    string Object,
    long At,
    string TenantId,
    string? KeyId,
    string Method,
    string Route,
    string? ObjectId,
    int StatusCode,
    string? RemoteAddress,
    string RequestId,
    JsonElement? Details)
{
    private const string Prefix = "audit_";

    public static AuditObject Of(AuditEntry entry) => new(
        IdOf(entry),
        "audit.entry",
        entry.At.ToUnix(),
        TenantObject.IdOf(entry.TenantId),
        entry.KeyId is { } key ? KeyObject.IdOf(key) : null,
        entry.Method,
        entry.Route,
        entry.ObjectId,
        entry.StatusCode,
        entry.RemoteAddress?.ToString(),
        entry.RequestId,
        entry.Details is { } details ? JsonElement.Parse(details) : null);

    public static string IdOf(AuditEntry entry) => Prefix + entry.Id;

    public static bool TryParseId(string id, out long number)
    {
        number = 0;
        return id.StartsWith(Prefix, StringComparison.Ordinal) && long.TryParse(id.AsSpan(Prefix.Length), out number);
    }
}
