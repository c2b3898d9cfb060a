using System.Text.Encodings.Web;
using System.Text.Json;
using Pipeline.ProducerApi.Errors;

namespace Pipeline.ProducerApi.Http;

/// <summary>Registers how the API speaks: names, errors, limits.</summary>
internal static class HttpExtensions
{
    public static WebApplicationBuilder AddHttp(this WebApplicationBuilder builder)
    {
        builder.Services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
            json.SerializerOptions.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        });
        // Always, not only in development: the error handler gives what binding complains about OpenAI's shape.
        builder.Services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        builder.Services.AddExceptionHandler<ErrorHandler>();
        builder.Services.AddProblemDetails();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        return builder;
    }
}
