using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.ProducerApi.Http;
using Pipeline.ProducerApi.Keys;

namespace Pipeline.ProducerApi.Batches;

/// <summary><c>/v1/batches</c>.</summary>
internal static class BatchEndpoints
{
    private const int LongestPage = 100;
    private const int LongestBody = 1 << 20;

    public static void MapBatches(this IEndpointRouteBuilder v1)
    {
        RouteGroupBuilder batches = v1.MapGroup("/batches").WithTags("Batches");
        batches.MapPost("", CreateAsync)
            .WithMetadata(new RequestSizeLimitAttribute(LongestBody))
            .WithJsonBody<CreateBatchRequest>()
            .WithSummary("Create a batch");
        batches.MapGet("", ListAsync).WithSummary("List batches, newest first");
        batches.MapGet("/{id}", GetAsync).WithSummary("Retrieve a batch");
        batches.MapPost("/{id}/cancel", CancelAsync).WithSummary("Cancel a batch");
        batches.MapGet("/{id}/cost", CostAsync).WithSummary("What a batch has cost so far");
    }

    private static async Task<Ok<BatchObject>> CreateAsync(
        HttpRequest request, Caller caller, BatchCreation creation, CancellationToken cancellationToken)
    {
        using JsonDocument body = await JsonFields.ReadObjectAsync(request);
        string? key = request.Headers["Idempotency-Key"];
        Batch batch = await creation.CreateAsync(caller, CreateBatchRequest.Parse(body.RootElement), key is "" ? null : key, cancellationToken);
        return TypedResults.Ok(BatchObject.Of(batch));
    }

    private static async Task<Ok<ListReply<BatchObject>>> ListAsync(
        Caller caller, PipelineDbContext context, CancellationToken cancellationToken, string? after = null, int limit = 20)
    {
        Paging.Check(limit, LongestPage);
        List<Batch> rows = await context.PageAsync(caller, after, limit, cancellationToken);
        return TypedResults.Ok(ListReply<BatchObject>.Of(rows, limit, BatchObject.Of, batch => batch.Id));
    }

    private static async Task<Ok<BatchObject>> GetAsync(string id, Caller caller, PipelineDbContext context, CancellationToken cancellationToken) =>
        TypedResults.Ok(BatchObject.Of(await context.GetBatchAsync(caller, id, cancellationToken)));

    private static async Task<Ok<BatchObject>> CancelAsync(
        string id, Caller caller, PipelineDbContext context, BatchCancellation cancellation, CancellationToken cancellationToken) =>
        TypedResults.Ok(BatchObject.Of(await cancellation.CancelAsync(context, caller, id, cancellationToken)));

    private static async Task<Ok<BatchCost>> CostAsync(
        string id, Caller caller, PipelineDbContext context, NpgsqlDataSource dataSource, CancellationToken cancellationToken) =>
        TypedResults.Ok(await BatchCost.OfAsync(dataSource, await context.GetBatchAsync(caller, id, cancellationToken), cancellationToken));
}
