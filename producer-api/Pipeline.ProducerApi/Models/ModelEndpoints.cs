using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Pipeline.ProducerApi.Errors;
using Pipeline.ProducerApi.Http;
using Pipeline.ProducerApi.Keys;

namespace Pipeline.ProducerApi.Models;

/// <summary><c>/v1/models</c>.</summary>
internal static class ModelEndpoints
{
    public static void MapModels(this IEndpointRouteBuilder v1)
    {
        RouteGroupBuilder models = v1.MapGroup("/models").WithTags("Models").AllowAnyKey();
        models.MapGet("", List).WithSummary("List the models that are served");
        // A catch-all: names such as organization/model have a slash.
        models.MapGet("/{**id}", Get).WithSummary("Retrieve a model");
    }

    private static Ok<ModelList> List(IOptions<ApiOptions> options) => TypedResults.Ok(new ModelList("list", [.. options.Value.Models.Select(ModelObject.Of)]));

    private static Ok<ModelObject> Get(string id, IOptions<ApiOptions> options) =>
        options.Value.Models.Contains(id) ? TypedResults.Ok(ModelObject.Of(id)) : throw RequestException.NoSuchModel(id);
}

/// <summary>OpenAI's list of models, which is not paged.</summary>
internal sealed record ModelList(string Object, IReadOnlyList<ModelObject> Data);

/// <summary>OpenAI's model object.</summary>
internal sealed record ModelObject(string Id, string Object, long Created, string OwnedBy)
{
    public static ModelObject Of(string name) => new(name, "model", 0, "pipeline");
}
