using Microsoft.Extensions.Options;

namespace Pipeline.ProducerApi.Usage;

/// <summary>Registers usage and budgets.</summary>
internal static class UsageExtensions
{
    public static IServiceCollection AddUsage(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<IValidateOptions<ListPriceOptions>, ListPriceOptions.Validator>();
        services.AddOptions<ListPriceOptions>().Bind(configuration.GetSection(ListPriceOptions.Section)).ValidateOnStart();
        services.AddSingleton<ListPriceComparison>();
        services.AddSingleton<UsageReport>();
        services.AddSingleton<Budgets>();
        return services;
    }
}
