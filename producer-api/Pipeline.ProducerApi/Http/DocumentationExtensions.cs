using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.OpenApi;
using Pipeline.ProducerApi.Keys;
using Scalar.AspNetCore;

namespace Pipeline.ProducerApi.Http;

/// <summary>The OpenAPI document at <c>/openapi/v1.json</c>, and a page to read and try it at <c>/docs</c>.</summary>
internal static class DocumentationExtensions
{
    private const string Scheme = "ApiKey";

    public static IServiceCollection AddDocumentation(this IServiceCollection services) => services.AddOpenApi(openApi =>
    {
        openApi.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "Pipeline",
                Version = "v1",
                Description = "Asynchronous batch inference: OpenAI's Files and Batch API for unchanged clients, and single jobs with their costs.",
            };
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
            {
                [Scheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "An API key." },
            };
            document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Scheme, document)] = [] }];
            return Task.CompletedTask;
        });
        openApi.AddOperationTransformer((operation, context, _) =>
        {
            ApiDescription endpoint = context.Description;
            if (endpoint.ActionDescriptor.EndpointMetadata.OfType<RequiredScope>().LastOrDefault()?.For(endpoint.HttpMethod ?? "") is { } scope)
            {
                operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Scheme, context.Document)] = [scope] }];
            }

            return Task.CompletedTask;
        });
    });

    public static void MapDocumentation(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapOpenApi();
        endpoints.MapScalarApiReference("/docs", scalar => scalar
            .WithTitle("Pipeline API")
            .HideModels()
            // Nothing that calls home, or leads to somebody else's service.
            .HideDeveloperTools()
            .HideClientButton()
            .DisableAgent()
            .DisableMcp()
            .DisableTelemetry()
            .DisableDefaultFonts());
        endpoints.MapGet("/", () => TypedResults.Redirect("/docs")).ExcludeFromDescription();
    }
}
