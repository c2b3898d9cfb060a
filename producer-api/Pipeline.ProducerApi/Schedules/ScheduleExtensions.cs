using Microsoft.Extensions.Options;
using Pipeline.ProducerApi.Schedules.Folders;
using Pipeline.ProducerApi.Schedules.Running;

namespace Pipeline.ProducerApi.Schedules;

/// <summary>Registers the schedules.</summary>
internal static class ScheduleExtensions
{
    public static IServiceCollection AddSchedules(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<IValidateOptions<FolderOptions>, Validator>();
        services.AddOptions<FolderOptions>().Bind(configuration.GetSection(FolderOptions.Section)).ValidateOnStart();
        services.AddSingleton<FolderDirectory>();
        services.AddSingleton<FolderInput>();
        services.AddSingleton<RunInputs>();
        services.AddSingleton<TemplateFile>();
        services.AddSingleton<ScheduleStore>();
        services.AddSingleton<RunStart>();
        services.AddHostedService<ScheduleRunner>();
        return services;
    }

    private sealed class Validator : IValidateOptions<FolderOptions>
    {
        public ValidateOptionsResult Validate(string? name, FolderOptions options) =>
            options.Complaint() is { } complaint ? ValidateOptionsResult.Fail(complaint) : ValidateOptionsResult.Success;
    }
}
