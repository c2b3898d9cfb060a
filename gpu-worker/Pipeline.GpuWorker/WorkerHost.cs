using MassTransit;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Pipeline.Data;
using Pipeline.Data.Claims;
using Pipeline.Data.Pricing;
using Pipeline.Data.Results;
using Pipeline.GpuWorker.Backends;
using Pipeline.GpuWorker.Consumers;
using Pipeline.GpuWorker.Leases;
using Pipeline.GpuWorker.Results;
using Pipeline.GpuWorker.Telemetry;
using Pipeline.ServiceDefaults;
using Pipeline.ServiceDefaults.Health;
using Pipeline.ServiceDefaults.Messaging;

namespace Pipeline.GpuWorker;

/// <summary>The worker as a service.</summary>
internal static class WorkerHost
{
    /// <summary>Puts the service together. Settings are checked when it starts.</summary>
    /// <param name="args">Command-line settings.</param>
    /// <param name="configure">Changes for tests, applied last.</param>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
        configure?.Invoke(builder);
        builder.AddServiceDefaults();
        IServiceCollection services = builder.Services;
        services.AddOptions<WorkerOptions>().BindConfiguration(WorkerOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<IValidateOptions<PricingOptions>, PricingValidator>();
        services.AddOptions<PricingOptions>().BindConfiguration(PricingOptions.Section).ValidateOnStart();
        services.AddPipelineData(builder.Configuration);
        services.AddPostgresReadiness().AddCheck<BackendHealthCheck>("backend", tags: [HealthEndpoints.ReadyTag]);
        AddWork(services);
        AddHostedServices(services, builder.Configuration);

        WebApplication app = builder.Build();
        app.MapHealthEndpoints();
        return app;
    }

    private static void AddWork(IServiceCollection services)
    {
        services.AddSingleton(provider => DatabaseRetry.Create(provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<ResultWriter>>()));
        services.AddSingleton<SliceClaimer>().AddSingleton<ResultCommitter>();
        services.TryAddSingleton<IBackend>(provider => provider.GetRequiredService<IOptions<WorkerOptions>>().Value.Backend switch
        {
            "echo" => ActivatorUtilities.CreateInstance<EchoBackend>(provider),
            _ => ActivatorUtilities.CreateInstance<LocalEngineBackend>(provider),
        });
        services.AddSingleton(provider => new FeederBudget(2 * provider.GetRequiredService<IBackend>().MaxRunning));
        services.AddSingleton<SliceRunner>().AddSingleton<JobRunner>();
        services.AddSingleton<HeldJobs>().AddSingleton<WorkerRows>().AddSingleton<AttemptReports>().AddSingleton<WorkerMetrics>();
    }

    /// <summary>
    /// Started in this order and stopped in the reverse: first nothing more is taken from the queue, then what is finished
    /// is committed, then the worker says goodbye, and the device is let go of last.
    /// </summary>
    private static void AddHostedServices(IServiceCollection services, IConfiguration configuration)
    {
        AddHosted<BackendHost>(services);
        AddHosted<LeaseKeeper>(services);
        AddHosted<ResultWriter>(services);
        AddHosted<HeldJobsWatch>(services);
        services.AddPipelineMessaging(configuration, bus => bus.AddConsumer<RunSliceConsumer, RunSliceConsumerDefinition>());
    }

    private static void AddHosted<T>(IServiceCollection services)
        where T : class, IHostedService => services.AddSingleton<T>().AddHostedService(provider => provider.GetRequiredService<T>());
}
