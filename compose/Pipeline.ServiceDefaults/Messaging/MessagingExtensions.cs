using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.ServiceDefaults.Configuration;

namespace Pipeline.ServiceDefaults.Messaging;

/// <summary>The one way in which services reach RabbitMQ.</summary>
public static class MessagingExtensions
{
    /// <summary>
    /// Adds MassTransit over RabbitMQ at <c>ConnectionStrings:RabbitMq</c>, with publisher confirms. The host's start waits
    /// for the bus (<see cref="MassTransitHostOptions.WaitUntilStarted"/>): a message published before its endpoint is bound
    /// would be confirmed and lost.
    /// </summary>
    /// <param name="services">Where to add it.</param>
    /// <param name="configuration">Read when the bus is built, not now.</param>
    /// <param name="register">Registers consumers and their definitions.</param>
    /// <param name="configure">
    /// Configures receive endpoints; by default every registered consumer gets the endpoint that its definition describes.
    /// </param>
    public static IServiceCollection AddPipelineMessaging(
        this IServiceCollection services,
        IConfiguration configuration,
        Action<IBusRegistrationConfigurator>? register = null,
        Action<IBusRegistrationContext, IRabbitMqBusFactoryConfigurator>? configure = null)
    {
        services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            register?.Invoke(bus);
            bus.UsingRabbitMq((context, rabbit) =>
            {
                Connect(rabbit, configuration.RequiredRabbitMq());
                if (configure is null)
                {
                    rabbit.ConfigureEndpoints(context);
                }
                else
                {
                    configure(context, rabbit);
                }
            });
        });
        services.AddOptions<MassTransitHostOptions>().Configure(options =>
        {
            options.WaitUntilStarted = true;
            options.StopTimeout = TimeSpan.FromSeconds(30);
        });
        return services;
    }

    private static void Connect(IRabbitMqBusFactoryConfigurator rabbit, Uri uri)
    {
        string path = Uri.UnescapeDataString(uri.AbsolutePath.TrimStart('/'));
        string[] user = uri.UserInfo.Split(':', 2);
        ushort port = (ushort)(uri.Port > 0 ? uri.Port : uri.Scheme == "amqps" ? 5671 : 5672);
        rabbit.Host(uri.Host, port, path.Length == 0 ? "/" : path, host =>
        {
            host.PublisherConfirmation = true;
            if (user[0].Length > 0)
            {
                host.Username(Uri.UnescapeDataString(user[0]));
            }

            if (user.Length == 2)
            {
                host.Password(Uri.UnescapeDataString(user[1]));
            }

            if (uri.Scheme == "amqps")
            {
                host.UseSsl(ssl => ssl.ServerName = uri.Host);
            }
        });
    }
}
