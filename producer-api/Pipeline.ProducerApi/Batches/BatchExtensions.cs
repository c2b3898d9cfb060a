using Pipeline.ProducerApi.Batches.Finalizing;
using Pipeline.ProducerApi.Batches.Planning;
using Pipeline.ProducerApi.Batches.Progress;
using Pipeline.ProducerApi.Batches.Results;
using Pipeline.ProducerApi.Batches.Validation;

namespace Pipeline.ProducerApi.Batches;

/// <summary>Registers the batches.</summary>
internal static class BatchExtensions
{
    public static IServiceCollection AddBatches(this IServiceCollection services)
    {
        services.AddSingleton<BatchCreation>();
        services.AddSingleton<BatchEstimation>();
        services.AddSingleton<BatchCancellation>();
        services.AddSingleton<BatchResumption>();
        services.AddSingleton<ResultsReply>();
        services.AddSingleton<ProgressEvents>();
        services.AddSingleton<ProgressFeed>();
        services.AddHostedService(provider => provider.GetRequiredService<ProgressFeed>());
        services.AddSingleton<ModelReaders>();
        services.AddSingleton<InputReading>();
        services.AddSingleton<BatchValidation>();
        services.AddSingleton<BatchFinalization>();
        // Two, so that a small batch does not wait for a large one. (AddHostedService would add the type once.)
        services.AddSingleton<IHostedService, BatchValidator>();
        services.AddSingleton<IHostedService, BatchValidator>();
        services.AddHostedService<BatchFinalizer>();
        return services;
    }
}
