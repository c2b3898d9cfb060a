using Microsoft.AspNetCore.RateLimiting;

namespace Pipeline.ProducerApi.Files;

/// <summary>Registers the files.</summary>
internal static class FileExtensions
{
    public const string UploadLimit = "uploads";

    /// <summary>Uploads at a time: each holds a database connection for as long as it lasts. More of them wait in line.</summary>
    private const int ConcurrentUploads = 16;

    public static IServiceCollection AddFiles(this IServiceCollection services)
    {
        services.AddSingleton<FileUpload>();
        services.AddRateLimiter(limits =>
        {
            limits.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            limits.AddConcurrencyLimiter(UploadLimit, limiter =>
            {
                limiter.PermitLimit = ConcurrentUploads;
                limiter.QueueLimit = 16 * ConcurrentUploads;
            });
        });
        return services;
    }
}
