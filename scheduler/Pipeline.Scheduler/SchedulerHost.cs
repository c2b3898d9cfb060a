using Pipeline.Data;
using Pipeline.Scheduler.Dashboard;
using Pipeline.Scheduler.Webhooks;
using Pipeline.ServiceDefaults;
using Pipeline.ServiceDefaults.Health;

namespace Pipeline.Scheduler;

/// <summary>The scheduler as a service.</summary>
internal static class SchedulerHost
{
    /// <summary>Puts the service together.</summary>
    /// <param name="args">Command-line settings.</param>
    /// <param name="configure">Settings for tests.</param>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
        configure?.Invoke(builder);
        builder.AddServiceDefaults();
        builder.Logging.AddFilter("Hangfire", LogLevel.Warning);
        builder.Services.AddOptions<SchedulerOptions>().BindConfiguration(SchedulerOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddPipelineData(builder.Configuration);
        builder.Services.AddPostgresReadiness();
        builder.Services.AddWebhooks();
        builder.Services.AddDuties();
        builder.Services.AddHostedService<DutyRegistration>();
        builder.Services.AddHangfireOnPostgres(builder.Configuration);
        builder.Services.AddDashboardLogin();

        WebApplication app = builder.Build();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapHealthEndpoints();
        app.MapDashboard();
        return app;
    }
}
