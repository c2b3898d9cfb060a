using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Pipeline.ProducerApi.Errors;

namespace Pipeline.ProducerApi.Keys;

/// <summary>Opens <c>/v1</c> to <c>Authorization: Bearer KEY</c>.</summary>
internal sealed class ApiKeyAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, ApiKeyDirectory keys)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "ApiKey";

    private const string Bearer = "Bearer ";

    private const string NoKey =
        "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        string? header = Request.Headers.Authorization;
        if (header is null || !header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) || header[Bearer.Length..].Trim() is not { Length: > 0 } key)
        {
            return AuthenticateResult.NoResult();
        }

        KeyLookup lookup = await keys.FindAsync(key, Context.RequestAborted);
        return lookup.Caller is { } caller
            ? AuthenticateResult.Success(new AuthenticationTicket(caller.ToPrincipal(SchemeName), SchemeName))
            : AuthenticateResult.Fail(lookup.Refusal!);
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        string message = (await HandleAuthenticateOnceAsync()).Failure?.Message
            ?? (Request.Headers.ContainsKey("Authorization") ? KeyLookup.Unknown : NoKey);
        Response.Headers.WWWAuthenticate = "Bearer";
        await WriteAsync(StatusCodes.Status401Unauthorized, new ErrorBody(message, "invalid_request_error", null, "invalid_api_key"));
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        WriteAsync(StatusCodes.Status403Forbidden, Permission.RefusalOf(Context)!);

    private Task WriteAsync(int status, ErrorBody error)
    {
        Response.StatusCode = status;
        return Response.WriteAsJsonAsync(new ErrorReply(error));
    }
}
