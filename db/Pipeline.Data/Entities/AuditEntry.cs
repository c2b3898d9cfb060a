using System.Net;

namespace Pipeline.Data.Entities;

/// <summary>
/// Who did what: one call that changes something, or one change of a key or a tenant. Rows are only added; PostgreSQL itself
/// refuses to change them, and to delete them otherwise than by the purge.
/// </summary>
/// <remarks>No foreign keys: what was done outlives the key, the tenant and the object it was done to.</remarks>
public sealed class AuditEntry
{
    /// <summary>Given by the database; ascends about as time does.</summary>
    public long Id { get; set; }

    /// <summary>When it was answered.</summary>
    public DateTimeOffset At { get; set; }

    /// <summary>The tenant it was done to.</summary>
    public Guid TenantId { get; set; }

    /// <summary>The key it was done with.</summary>
    public Guid? KeyId { get; set; }

    /// <summary>The HTTP method.</summary>
    public required string Method { get; set; }

    /// <summary>The route, such as <c>/v1/batches/{id}/cancel</c>.</summary>
    public required string Route { get; set; }

    /// <summary>The object it was done to, as the API names it; <see langword="null"/> if it was none or none came of it.</summary>
    public string? ObjectId { get; set; }

    /// <summary>How it ended: the HTTP status.</summary>
    public short StatusCode { get; set; }

    /// <summary>From where.</summary>
    public IPAddress? RemoteAddress { get; set; }

    /// <summary>The reply's <c>x-request-id</c>, by which its log lines are found.</summary>
    public required string RequestId { get; set; }

    /// <summary>What was changed to what, as a JSON object; of changes of keys and tenants.</summary>
    public string? Details { get; set; }
}
