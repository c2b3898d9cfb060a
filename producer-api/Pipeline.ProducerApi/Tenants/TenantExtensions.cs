using Pipeline.ProducerApi.Keys;

namespace Pipeline.ProducerApi.Tenants;

/// <summary>Registers the tenants and their limits.</summary>
internal static class TenantExtensions
{
    public static IServiceCollection AddTenants(this IServiceCollection services)
    {
        services.AddSingleton<TenantStore>();
        services.AddSingleton<RateLimits>();
        services.AddSingleton<TokenQuota>();
        return services;
    }

    /// <summary>Holds requests with a valid key to their tenant's limits.</summary>
    public static void UseTenantRateLimits(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        if (Caller.Of(context) is { } caller && context.GetEndpoint()?.Metadata.GetMetadata<RequiredScope>() is not null
            && context.RequestServices.GetRequiredService<RateLimits>().Admit(caller, context.Request.ContentLength) is { } state)
        {
            foreach ((string name, string value) in state.Headers)
            {
                context.Response.Headers[name] = value;
            }
        }

        return next(context);
    });
}
