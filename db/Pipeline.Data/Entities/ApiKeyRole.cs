namespace Pipeline.Data.Entities;

/// <summary>What a key may do.</summary>
public enum ApiKeyRole
{
    /// <summary>Submit and read the tenant's own work.</summary>
    User,

    /// <summary>Also operate the installation: the scheduler's dashboard, for one.</summary>
    Admin,
}
