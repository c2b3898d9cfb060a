using Pipeline.Data.Webhooks;

namespace Pipeline.Scheduler.Webhooks;

/// <summary>Registers the delivery of webhooks.</summary>
internal static class WebhookExtensions
{
    public static void AddWebhooks(this IServiceCollection services)
    {
        services.AddOptions<WebhookOptions>().BindConfiguration(WebhookOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<WebhookQueue>();
        services.AddSingleton<GuardedConnection>();
        services.AddSingleton<WebhookSender>();
        services.AddSingleton<WebhookDelivering>();
    }
}
