using System.Net.Http.Headers;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Pipeline.Scheduler.Dashboard;

/// <summary>Lets in whoever brings an operator's key as <c>Authorization: Bearer</c>.</summary>
internal sealed class BearerKeyHandler(
    AdminKeys keys, IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "Bearer";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (!AuthenticationHeaderValue.TryParse(Request.Headers.Authorization, out AuthenticationHeaderValue? header)
            || !header.Scheme.Equals(SchemeName, StringComparison.OrdinalIgnoreCase))
        {
            return AuthenticateResult.NoResult();
        }

        return await keys.FindAsync(header.Parameter, Context.RequestAborted) is { } id
            ? AuthenticateResult.Success(new AuthenticationTicket(DashboardLogin.Principal(id, SchemeName), SchemeName))
            : AuthenticateResult.Fail("This is not the key of an operator.");
    }
}
