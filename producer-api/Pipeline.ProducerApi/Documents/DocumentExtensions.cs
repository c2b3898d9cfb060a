using Pipeline.ProducerApi.Documents.Merging;
using Pipeline.ProducerApi.Documents.Reading;
using Pipeline.ProducerApi.Documents.Results;

namespace Pipeline.ProducerApi.Documents;

/// <summary>Registers the documents.</summary>
internal static class DocumentExtensions
{
    public static IServiceCollection AddDocuments(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<DocumentOptions>().Bind(configuration.GetSection(DocumentOptions.Section))
            .Validate(options => options.AreLimitsPositive, $"The limits in {DocumentOptions.Section} must be positive.").ValidateOnStart();
        services.AddSingleton<DocumentForm>();
        services.AddSingleton<DocumentIntake>();
        services.AddSingleton<DocumentResultsReply>();
        services.AddSingleton<DocumentSetReading>();
        services.AddSingleton<DocumentMerging>();
        // Two, so that a small set does not wait for a large one. (AddHostedService would add the type once.)
        services.AddSingleton<IHostedService, DocumentSetReader>();
        services.AddSingleton<IHostedService, DocumentSetReader>();
        services.AddHostedService<DocumentMerger>();
        return services;
    }
}
