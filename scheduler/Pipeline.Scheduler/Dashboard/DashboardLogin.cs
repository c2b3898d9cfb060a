using System.Security.Claims;
using Hangfire;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Net.Http.Headers;

namespace Pipeline.Scheduler.Dashboard;

/// <summary>
/// Hangfire's dashboard at <c>/hangfire</c>, for operators: with their key as a bearer token, or after a login at
/// <c>/login</c>, by the form or by <c>/login?key=...</c>. A revoked key ends its sessions at once.
/// </summary>
internal static class DashboardLogin
{
    private const string Either = "key-or-cookie";

    public static void AddDashboardLogin(this IServiceCollection services)
    {
        // Sessions live in this process alone: a restart ends them, and no key lies on a disk.
        services.AddDataProtection().UseEphemeralDataProtectionProvider();
        // Hangfire asks for its token with everything that changes something, where there is one to be had.
        services.AddAntiforgery(forgery =>
        {
            forgery.Cookie.Name = "pipeline-dashboard-forgery";
            forgery.Cookie.SameSite = Microsoft.AspNetCore.Http.SameSiteMode.Strict;
            forgery.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        });
        services.AddSingleton<AdminKeys>();
        services.AddAuthentication(Either)
            .AddPolicyScheme(Either, null, options => options.ForwardDefaultSelector = context =>
                context.Request.Headers.ContainsKey(HeaderNames.Authorization) ? BearerKeyHandler.SchemeName : CookieAuthenticationDefaults.AuthenticationScheme)
            .AddScheme<AuthenticationSchemeOptions, BearerKeyHandler>(BearerKeyHandler.SchemeName, null)
            .AddCookie(cookie =>
            {
                cookie.Cookie.Name = "pipeline-dashboard";
                cookie.Cookie.HttpOnly = true;
                cookie.Cookie.SameSite = Microsoft.AspNetCore.Http.SameSiteMode.Strict;
                cookie.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
                cookie.ExpireTimeSpan = TimeSpan.FromHours(8);
                cookie.LoginPath = "/login";
                cookie.Events.OnValidatePrincipal = ValidateAsync;
            });
        services.AddAuthorization();
    }

    public static void MapDashboard(this WebApplication app)
    {
        app.MapGet("/", () => Results.Redirect("/hangfire"));
        app.MapGet("/login", ShowAsync);
        app.MapPost("/login", EnterAsync);
        app.MapHangfireDashboard("/hangfire", new DashboardOptions { Authorization = [], DashboardTitle = "Pipeline scheduler", AppPath = null })
            .RequireAuthorization();
    }

    public static ClaimsPrincipal Principal(Guid keyId, string scheme) =>
        new(new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, keyId.ToString())], scheme));

    private static async Task<IResult> ShowAsync(HttpContext context, AdminKeys keys, ILogger<AdminKeys> logger) =>
        context.Request.Query.TryGetValue("key", out Microsoft.Extensions.Primitives.StringValues key)
            ? await SignInAsync(context, keys, key, logger)
            : LoginPage.Show(context, refused: false);

    private static async Task<IResult> EnterAsync(HttpContext context, AdminKeys keys, ILogger<AdminKeys> logger)
    {
        string? key = context.Request.HasFormContentType ? (await context.Request.ReadFormAsync(context.RequestAborted))["key"].ToString() : null;
        return await SignInAsync(context, keys, key, logger);
    }

    private static async Task<IResult> SignInAsync(HttpContext context, AdminKeys keys, string? key, ILogger logger)
    {
        if (await keys.FindAsync(key?.Trim(), context.RequestAborted) is not { } id)
        {
            LogMessages.LoginRefused(logger, context.Connection.RemoteIpAddress?.ToString());
            return LoginPage.Show(context, refused: true);
        }

        await context.SignInAsync(CookieAuthenticationDefaults.AuthenticationScheme, Principal(id, CookieAuthenticationDefaults.AuthenticationScheme));
        return Results.Redirect("/hangfire");
    }

    private static async Task ValidateAsync(CookieValidatePrincipalContext context)
    {
        AdminKeys keys = context.HttpContext.RequestServices.GetRequiredService<AdminKeys>();
        if (!Guid.TryParse(context.Principal?.FindFirstValue(ClaimTypes.NameIdentifier), out Guid id)
            || !await keys.IsValidAsync(id, context.HttpContext.RequestAborted))
        {
            context.RejectPrincipal();
            await context.HttpContext.SignOutAsync(CookieAuthenticationDefaults.AuthenticationScheme);
        }
    }
}
