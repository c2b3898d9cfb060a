using Microsoft.AspNetCore.Authentication;

namespace Pipeline.ProducerApi.Keys;

/// <summary>Registers the keys.</summary>
internal static class ApiKeyExtensions
{
    public static IServiceCollection AddApiKeys(this IServiceCollection services)
    {
        services.AddSingleton<ApiKeyDirectory>();
        services.AddSingleton<KeyUse>();
        services.AddHostedService<KeyWatch>();
        services.AddSingleton<KeyStore>();
        // Not AddAuthentication: it brings data protection, which writes keys into the home directory, and no cookie needs them.
        services.AddAuthenticationCore(authentication => authentication.DefaultScheme = ApiKeyAuthentication.SchemeName);
        services.AddWebEncoders();
        new AuthenticationBuilder(services)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyAuthentication>(ApiKeyAuthentication.SchemeName, null);
        services.AddAuthorizationBuilder().SetDefaultPolicy(Permission.Policy);
        // A wrong key is the caller's affair; at Information each would be two lines.
        services.AddLogging(logging => logging.AddFilter(typeof(ApiKeyAuthentication).FullName, LogLevel.Warning));
        return services;
    }
}
