using System.Collections.Frozen;
using Pipeline.Data.Entities;

namespace Pipeline.Data.Keys;

/// <summary>
/// What a key may do, by name: a part of the API, read or written. The one list; a role (<see cref="ApiKeyRole"/>) is a named
/// set of them, and each role has all of the one before.
/// </summary>
public static class KeyScopes
{
    /// <summary>Look at files and download them.</summary>
    public const string FilesRead = "files:read";

    /// <summary>Upload and delete files.</summary>
    public const string FilesWrite = "files:write";

    /// <summary>Look at batches, their results and their costs.</summary>
    public const string BatchesRead = "batches:read";

    /// <summary>Create, cancel and retry batches.</summary>
    public const string BatchesWrite = "batches:write";

    /// <summary>Look at single jobs.</summary>
    public const string JobsRead = "jobs:read";

    /// <summary>Submit single jobs.</summary>
    public const string JobsWrite = "jobs:write";

    /// <summary>Look at documents.</summary>
    public const string DocumentsRead = "documents:read";

    /// <summary>Submit documents.</summary>
    public const string DocumentsWrite = "documents:write";

    /// <summary>Look at what has been used and what it cost.</summary>
    public const string UsageRead = "usage:read";

    /// <summary>Look at webhook endpoints and their deliveries.</summary>
    public const string WebhooksRead = "webhooks:read";

    /// <summary>Change webhook endpoints, and send events again.</summary>
    public const string WebhooksWrite = "webhooks:write";

    /// <summary>Look at schedules and their runs.</summary>
    public const string SchedulesRead = "schedules:read";

    /// <summary>Change and run schedules.</summary>
    public const string SchedulesWrite = "schedules:write";

    /// <summary>Manage the tenant: its keys, its audit trail, its data as a whole.</summary>
    public const string Admin = "admin";

    /// <summary>Manage the installation: its tenants and their limits, the scheduler's dashboard.</summary>
    public const string Operator = "operator";

    private static readonly FrozenSet<string> Viewer = FrozenSet.Create(FilesRead, BatchesRead, JobsRead, DocumentsRead, UsageRead, WebhooksRead, SchedulesRead);

    private static readonly FrozenSet<string> User = [.. Viewer, FilesWrite, BatchesWrite, JobsWrite, DocumentsWrite, WebhooksWrite, SchedulesWrite];

    private static readonly FrozenSet<string> TenantAdmin = [.. User, Admin];

    /// <summary>All there are.</summary>
    public static FrozenSet<string> All { get; } = [.. TenantAdmin, Operator];

    /// <summary>The scopes of a role.</summary>
    public static FrozenSet<string> Of(ApiKeyRole role) => role switch
    {
        ApiKeyRole.Viewer => Viewer,
        ApiKeyRole.User => User,
        ApiKeyRole.Admin => TenantAdmin,
        ApiKeyRole.Operator => All,
        _ => throw new ArgumentOutOfRangeException(nameof(role), role, "There is no such role."),
    };

    /// <summary>What a key may do: the scopes of its role, or those of them that it was narrowed to.</summary>
    public static FrozenSet<string> Of(ApiKeyRole role, string[]? narrowedTo) =>
        narrowedTo is null ? Of(role) : [.. Of(role).Intersect(narrowedTo)];
}
