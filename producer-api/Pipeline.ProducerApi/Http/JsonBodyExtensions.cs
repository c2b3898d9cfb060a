using Microsoft.OpenApi;

namespace Pipeline.ProducerApi.Http;

/// <summary>Describes bodies that handlers read by themselves, so that a wrong one gets OpenAI's words and not the framework's.</summary>
internal static class JsonBodyExtensions
{
    public static RouteHandlerBuilder WithJsonBody<T>(this RouteHandlerBuilder builder) =>
        builder.AddOpenApiOperationTransformer(async (operation, context, cancellationToken) =>
        {
            OpenApiSchema schema = await context.GetOrCreateSchemaAsync(typeof(T), null, cancellationToken);
            operation.RequestBody = new OpenApiRequestBody
            {
                Required = true,
                Content = new Dictionary<string, OpenApiMediaType> { ["application/json"] = new() { Schema = schema } },
            };
        });

    /// <summary>Describes a multipart form: its fields, and <c>file</c>.</summary>
    public static RouteHandlerBuilder WithUploadForm(this RouteHandlerBuilder builder, params string[] fields) =>
        builder.WithForm("file", new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" }, fields);

    /// <summary>Describes a multipart form: its fields, and any number of <c>files</c>.</summary>
    public static RouteHandlerBuilder WithUploadsForm(this RouteHandlerBuilder builder, params string[] fields) => builder.WithForm(
        "files",
        new OpenApiSchema { Type = JsonSchemaType.Array, Items = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" } },
        fields);

    private static RouteHandlerBuilder WithForm(this RouteHandlerBuilder builder, string file, OpenApiSchema content, string[] fields) =>
        builder.AddOpenApiOperationTransformer((operation, _, _) =>
        {
            Dictionary<string, IOpenApiSchema> properties = fields.ToDictionary(
                field => field, IOpenApiSchema (_) => new OpenApiSchema { Type = JsonSchemaType.String });
            properties[file] = content;
            OpenApiSchema form = new() { Type = JsonSchemaType.Object, Properties = properties };
            operation.RequestBody = new OpenApiRequestBody
            {
                Required = true,
                Content = new Dictionary<string, OpenApiMediaType> { ["multipart/form-data"] = new() { Schema = form } },
            };
            return Task.CompletedTask;
        });
}
