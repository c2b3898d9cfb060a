using System.Reflection;
using System.Security.Claims;
using Pipeline.Data.Entities;

namespace Pipeline.ProducerApi.Keys;

/// <summary>Whom a request speaks for: a parameter of handlers behind a key.</summary>
internal sealed record Caller(Guid TenantId, ApiKeyRole Role)
{
    private const string TenantClaim = "tenant";

    public static ValueTask<Caller?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        Claim tenant = context.User.FindFirst(TenantClaim)
            ?? throw new InvalidOperationException($"The endpoint of parameter '{parameter.Name}' is not behind a key.");
        ApiKeyRole role = context.User.IsInRole(nameof(ApiKeyRole.Admin)) ? ApiKeyRole.Admin : ApiKeyRole.User;
        return ValueTask.FromResult<Caller?>(new Caller(Guid.Parse(tenant.Value), role));
    }

    public ClaimsPrincipal ToPrincipal(string scheme) =>
        new(new ClaimsIdentity([new Claim(TenantClaim, TenantId.ToString()), new Claim(ClaimTypes.Role, Role.ToString())], scheme));
}
