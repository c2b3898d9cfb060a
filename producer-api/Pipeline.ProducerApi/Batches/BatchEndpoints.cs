using System.Net.Mime;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.Data.Keys;
using Pipeline.ProducerApi.Batches.Progress;
using Pipeline.ProducerApi.Batches.Results;
using Pipeline.ProducerApi.Http;
using Pipeline.ProducerApi.Idempotency;
using Pipeline.ProducerApi.Keys;
using Pipeline.ProducerApi.Usage;

namespace Pipeline.ProducerApi.Batches;

/// <summary><c>/v1/batches</c>.</summary>
internal static class BatchEndpoints
{
    private const int LongestPage = 100;
    private const int LongestBody = 1 << 20;

    public static void MapBatches(this IEndpointRouteBuilder v1)
    {
        RouteGroupBuilder batches = v1.MapGroup("/batches").WithTags("Batches").RequireScope(KeyScopes.BatchesRead, KeyScopes.BatchesWrite);
        batches.MapPost("", CreateAsync)
            .WithMetadata(new RequestSizeLimitAttribute(LongestBody))
            .WithJsonBody<CreateBatchRequest>()
            .WithSummary("Create a batch");
        batches.MapPost("/estimate", EstimateAsync)
            .WithMetadata(new RequestSizeLimitAttribute(LongestBody))
            .WithJsonBody<CreateBatchRequest>()
            .WithSummary("Say what a batch would cost, without creating it")
            .WithDescription("Takes the body of a create and validates the file as a create does: `errors` lists what is wrong with it, else `estimate` says what it is expected to cost, and at most.");
        batches.MapGet("", ListAsync).WithSummary("List batches, newest first");
        batches.MapGet("/{id}", GetAsync).WithSummary("Retrieve a batch");
        batches.MapPost("/{id}/cancel", CancelAsync).WithSummary("Cancel a batch");
        batches.MapPost("/{id}/retry", RetryAsync)
            .WithSummary("Retry the failed, cancelled and expired lines of a batch in place")
            .WithDescription("What is completed is kept. The lines get a new completion window; the output and error files are made anew when the batch has ended again. "
                + "A body with `max_cost` gives the batch another cap.");
        batches.MapGet("/{id}/results", ResultsAsync)
            .Produces<object>(StatusCodes.Status200OK, MediaTypeNames.Application.Json, ResultsReply.LinesType)
            .WithSummary("Results of a batch, also while it runs")
            .WithDescription(
                "In the order in which the lines end: a page of `limit` lines (100, at most 1000) after the cursor `after`; or, with `Accept: application/x-ndjson`, all there are, "
                + "and with `follow=true` those to come until the batch has ended. `include=input` adds the line that asked. Each line carries its `cursor`.");
        batches.MapGet("/{id}/events", EventsAsync)
            .Produces<ProgressObject>(StatusCodes.Status200OK, "text/event-stream")
            .WithSummary("Progress of a batch as server-sent events")
            .WithDescription("`progress` at every change of status or counts, with an estimate of the finish; `end` when the batch has ended.");
        batches.MapGet("/{id}/cost", CostAsync).WithSummary("What a batch has cost so far, what was expected of it, and what it would have cost at a list price");
    }

    private static async Task<Ok<BatchObject>> CreateAsync(
        HttpRequest request, Caller caller, BatchCreation creation, CancellationToken cancellationToken)
    {
        using JsonDocument body = await JsonFields.ReadObjectAsync(request);
        IdempotentRequest? key = IdempotentRequest.Of(request, BatchCreation.Scope, body.RootElement);
        return TypedResults.Ok(await creation.CreateAsync(caller, CreateBatchRequest.Parse(body.RootElement), key, cancellationToken));
    }

    private static async Task<Ok<EstimateObject>> EstimateAsync(HttpRequest request, Caller caller, BatchEstimation estimation, CancellationToken cancellationToken)
    {
        using JsonDocument body = await JsonFields.ReadObjectAsync(request);
        return TypedResults.Ok(await estimation.EstimateAsync(caller, CreateBatchRequest.Parse(body.RootElement), cancellationToken));
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

    private static async Task<Ok<BatchObject>> RetryAsync(
        string id, HttpRequest request, Caller caller, PipelineDbContext context, BatchResumption resumption, CancellationToken cancellationToken)
    {
        using JsonDocument? body = await JsonFields.ReadOptionalObjectAsync(request);
        decimal? maxCost = body?.RootElement.OptionalAmount("max_cost");
        return TypedResults.Ok(BatchObject.Of(await resumption.RetryAsync(context, caller, id, maxCost, cancellationToken)));
    }

    private static async Task ResultsAsync(
        string id, HttpContext http, Caller caller, PipelineDbContext context, ResultsReply reply, string? after = null, int limit = 100, string? include = null, bool follow = false)
    {
        ResultsQuery query = ResultsQuery.Parse(after, limit, include, follow);
        Batch batch = await context.GetBatchAsync(caller, id, http.RequestAborted);
        bool lines = http.Request.GetTypedHeaders().Accept.Any(accepted => accepted.MediaType.Equals(ResultsReply.LinesType, StringComparison.OrdinalIgnoreCase));
        await (lines ? reply.WriteLinesAsync(http, batch, query) : reply.WritePageAsync(http, batch, query));
    }

    private static async Task EventsAsync(string id, HttpContext http, Caller caller, PipelineDbContext context, ProgressEvents events)
    {
        Batch batch = await context.GetBatchAsync(caller, id, http.RequestAborted);
        await events.WriteAsync(http, batch.Id);
    }

    private static async Task<Ok<BatchCost>> CostAsync(
        string id, Caller caller, PipelineDbContext context, NpgsqlDataSource dataSource, ListPriceComparison comparison, CancellationToken cancellationToken) =>
        TypedResults.Ok(await BatchCost.OfAsync(dataSource, comparison, await context.GetBatchAsync(caller, id, cancellationToken), cancellationToken));
}
