using MassTransit;
using Pipeline.ServiceDefaults.Messaging;

namespace Pipeline.ProducerApi.Dispatch;

/// <summary>Registers the sending of slices.</summary>
internal static class DispatchExtensions
{
    public static IServiceCollection AddDispatch(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddPipelineMessaging(configuration);
        // The front door opens without the broker: jobs wait in the database, and what is sent too early is sent again.
        services.Configure<MassTransitHostOptions>(options => options.WaitUntilStarted = false);
        // The dispatcher says in one line what MassTransit says in a stack trace for every slice that no queue takes.
        services.AddLogging(logging => logging.AddFilter("MassTransit", LogLevel.Critical));
        services.AddSingleton<SliceQueue>();
        services.AddSingleton<ISliceSender, RabbitSliceSender>();
        services.AddHostedService<SliceDispatcher>();
        return services;
    }
}
