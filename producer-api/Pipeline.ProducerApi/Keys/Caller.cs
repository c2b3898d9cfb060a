using System.Collections.Frozen;
using System.Reflection;
using System.Security.Claims;
using Pipeline.Data.Entities;
using Pipeline.Data.Keys;

namespace Pipeline.ProducerApi.Keys;

/// <summary>Whom a request speaks for: a parameter of handlers behind a key.</summary>
/// <param name="TenantId">Whose rows it sees.</param>
/// <param name="Role">The role of its key.</param>
internal sealed record Caller(Guid TenantId, ApiKeyRole Role)
{
    /// <summary>The key; <see langword="null"/> where the service itself acts for a tenant.</summary>
    public Guid? KeyId { get; init; }

    /// <summary>What it may do.</summary>
    public FrozenSet<string> Scopes { get; init; } = KeyScopes.Of(Role);

    /// <summary>Whether the tenant is suspended: it may do nothing.</summary>
    public bool IsSuspended { get; init; }

    /// <summary>Requests that its tenant may make in a minute, as in <see cref="Tenant.RequestsPerMinute"/>.</summary>
    public int? RequestsPerMinute { get; init; }

    /// <summary>Bytes that its tenant may send in a minute, as in <see cref="Tenant.BytesPerMinute"/>.</summary>
    public long? BytesPerMinute { get; init; }

    /// <summary>Whether the tenant's data is being deleted: it may only read.</summary>
    public bool IsErasing { get; init; }

    public static ValueTask<Caller?> BindAsync(HttpContext context, ParameterInfo parameter) => ValueTask.FromResult<Caller?>(
        Of(context) ?? throw new InvalidOperationException($"The endpoint of parameter '{parameter.Name}' is not behind a key."));

    /// <summary>The caller of a request; <see langword="null"/> if it brought no valid key.</summary>
    public static Caller? Of(HttpContext context) => (context.User as Principal)?.Caller;

    public ClaimsPrincipal ToPrincipal(string scheme) => new Principal(this, scheme);

    private sealed class Principal(Caller caller, string scheme) : ClaimsPrincipal(new ClaimsIdentity(scheme))
    {
        public Caller Caller => caller;
    }
}
