namespace Pipeline.Data.Entities;

/// <summary>A named set of scopes (<see cref="Keys.KeyScopes.Of(ApiKeyRole)"/>); each has all of the one before.</summary>
public enum ApiKeyRole
{
    /// <summary>Look at the tenant's work.</summary>
    Viewer,

    /// <summary>Also submit work.</summary>
    User,

    /// <summary>Also manage the tenant: its keys and its audit trail.</summary>
    Admin,

    /// <summary>Also operate the installation: its tenants, the scheduler's dashboard.</summary>
    Operator,
}
