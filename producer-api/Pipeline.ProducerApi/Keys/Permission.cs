using Microsoft.AspNetCore.Authorization;
using Pipeline.ProducerApi.Errors;

namespace Pipeline.ProducerApi.Keys;

/// <summary>The policy of <c>/v1</c>: a valid key, of a tenant that is not suspended, with the scope that the endpoint needs.</summary>
internal static class Permission
{
    public static AuthorizationPolicy Policy { get; } = new AuthorizationPolicyBuilder()
        .RequireAuthenticatedUser()
        .RequireAssertion(context => context.Resource is HttpContext http && RefusalOf(http) is null)
        .Build();

    /// <summary>Why a request with a valid key is refused; <see langword="null"/> if it is not.</summary>
    public static ErrorBody? RefusalOf(HttpContext context) =>
        Caller.Of(context) is not { } caller ? null
        : caller.IsSuspended ? new ErrorBody("Your organization is suspended. Ask the operator of this installation.", "invalid_request_error", null, "tenant_suspended")
        : RequiredScope.Of(context) is { } scope && !caller.Scopes.Contains(scope) ? RequestException.MissingScopes(scope).Reply.Error
        : caller.IsErasing && !MayWhileErasing(context) ? new ErrorBody(
            "The data of your organization is being deleted. Nothing new is taken until that is finished.", "invalid_request_error", null, "tenant_erasing")
        : null;

    /// <summary>Reading does no harm; what asks for the deletion again is answered with the one under way; and an operator has other tenants to look after.</summary>
    private static bool MayWhileErasing(HttpContext context) =>
        HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method)
        || context.Request.Path.StartsWithSegments("/v1/tenants", StringComparison.Ordinal);
}
