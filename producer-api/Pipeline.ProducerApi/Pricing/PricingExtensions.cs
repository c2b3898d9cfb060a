using Microsoft.Extensions.Options;
using Pipeline.Data.Pricing;

namespace Pipeline.ProducerApi.Pricing;

/// <summary>Registers the prices.</summary>
internal static class PricingExtensions
{
    public static IServiceCollection AddPricing(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<IValidateOptions<PricingOptions>, PricingValidator>();
        services.AddOptions<PricingOptions>().Bind(configuration.GetSection(PricingOptions.Section)).ValidateOnStart();
        services.AddSingleton<Pricer>();
        return services;
    }
}
