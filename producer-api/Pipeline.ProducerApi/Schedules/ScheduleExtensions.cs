using Pipeline.ProducerApi.Schedules.Running;

namespace Pipeline.ProducerApi.Schedules;

/// <summary>Registers the schedules.</summary>
internal static class ScheduleExtensions
{
    public static IServiceCollection AddSchedules(this IServiceCollection services)
    {
        services.AddSingleton<TemplateFile>();
        services.AddSingleton<ScheduleStore>();
        services.AddSingleton<RunStart>();
        services.AddHostedService<ScheduleRunner>();
        return services;
    }
}
