using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.Data.Keys;
using Pipeline.ProducerApi.Http;
using Pipeline.ProducerApi.Idempotency;
using Pipeline.ProducerApi.Keys;

namespace Pipeline.ProducerApi.Schedules;

/// <summary><c>/v1/schedules</c>: batches that are submitted by the clock. An addition to OpenAI's API.</summary>
internal static class ScheduleEndpoints
{
    private const int LongestPage = 100;
    private const int LongestBody = 1 << 20;

    public static void MapSchedules(this IEndpointRouteBuilder v1)
    {
        RouteGroupBuilder schedules = v1.MapGroup("/schedules")
            .WithTags("Schedules")
            .RequireScope(KeyScopes.SchedulesRead, KeyScopes.SchedulesWrite)
            .WithMetadata(new RequestSizeLimitAttribute(LongestBody));
        schedules.MapPost("", CreateAsync)
            .WithJsonBody<CreateScheduleRequest>()
            .WithSummary("Create a schedule")
            .WithDescription(
                "Each run submits `batch`, which is the body of `POST /v1/batches`; or `documents`, the fields of `POST /v1/documents`, for what is new in a `folder` that the configuration "
                + "allows. `cron` has five fields, meant in `time_zone`. In an input file `{{run.date}}`, `{{run.previous_date}}`, "
                + "`{{run.scheduled_at}}` and `{{run.id}}` are replaced. `missed_runs` (`skip`, `run_once`, `run_all` up to `missed_runs_limit`) is for times that passed while nothing ran, "
                + "`overlap` (`skip`, `queue`, `allow`) for runs that are due before the batch of the one before has ended.");
        schedules.MapGet("", ListAsync).WithSummary("List schedules, newest first");
        schedules.MapGet("/{id}", GetAsync).WithSummary("Retrieve a schedule, with the times that come next");
        schedules.MapPost("/{id}", UpdateAsync).WithJsonBody<UpdateScheduleRequest>().WithSummary("Change a schedule");
        schedules.MapDelete("/{id}", DeleteAsync).WithSummary("Delete a schedule; its batches stay");
        schedules.MapPost("/{id}/pause", PauseAsync).WithSummary("Pause a schedule");
        schedules.MapPost("/{id}/resume", ResumeAsync).WithSummary("Resume a schedule from now on");
        schedules.MapPost("/{id}/run", RunAsync).WithSummary("Run a schedule now, also if it is paused");
        schedules.MapGet("/{id}/runs", RunsAsync).WithSummary("List a schedule's runs with their batches, newest first");
        schedules.MapGet("/{id}/runs/{runId}", GetRunAsync).WithSummary("Retrieve a run");
    }

    private static async Task<Ok<ScheduleObject>> CreateAsync(HttpRequest request, Caller caller, ScheduleStore store, CancellationToken cancellationToken)
    {
        using JsonDocument body = await JsonFields.ReadObjectAsync(request);
        IdempotentRequest? key = IdempotentRequest.Of(request, ScheduleStore.Scope, body.RootElement);
        return TypedResults.Ok(await store.CreateAsync(caller, body.RootElement, key, cancellationToken));
    }

    private static async Task<Ok<ListReply<ScheduleObject>>> ListAsync(
        Caller caller, PipelineDbContext context, CancellationToken cancellationToken, string? after = null, int limit = 20)
    {
        Paging.Check(limit, LongestPage);
        List<Schedule> rows = await context.SchedulesAsync(caller, after, limit, cancellationToken);
        return TypedResults.Ok(ListReply<ScheduleObject>.Of(rows, limit, ScheduleObject.Of, schedule => schedule.Id));
    }

    private static async Task<Ok<ScheduleObject>> GetAsync(string id, Caller caller, PipelineDbContext context, CancellationToken cancellationToken) =>
        TypedResults.Ok(ScheduleObject.Of(await context.GetScheduleAsync(caller, id, cancellationToken)));

    private static async Task<Ok<ScheduleObject>> UpdateAsync(
        string id, HttpRequest request, Caller caller, ScheduleStore store, CancellationToken cancellationToken)
    {
        using JsonDocument body = await JsonFields.ReadObjectAsync(request);
        return TypedResults.Ok(await store.UpdateAsync(caller, id, body.RootElement, cancellationToken));
    }

    private static async Task<Ok<ScheduleDeleted>> DeleteAsync(string id, Caller caller, ScheduleStore store, CancellationToken cancellationToken)
    {
        await store.DeleteAsync(caller, id, cancellationToken);
        return TypedResults.Ok(new ScheduleDeleted(id, "schedule", true));
    }

    private static async Task<Ok<ScheduleObject>> PauseAsync(string id, Caller caller, ScheduleStore store, CancellationToken cancellationToken) =>
        TypedResults.Ok(await store.PauseAsync(caller, id, cancellationToken));

    private static async Task<Ok<ScheduleObject>> ResumeAsync(string id, Caller caller, ScheduleStore store, CancellationToken cancellationToken) =>
        TypedResults.Ok(await store.ResumeAsync(caller, id, cancellationToken));

    private static async Task<Ok<ScheduleRunObject>> RunAsync(
        string id, HttpRequest request, Caller caller, ScheduleStore store, CancellationToken cancellationToken) =>
        TypedResults.Ok(await store.RunAsync(caller, id, IdempotentRequest.Of(request, ScheduleStore.RunScope, id), cancellationToken));

    private static async Task<Ok<ListReply<ScheduleRunObject>>> RunsAsync(
        string id, Caller caller, PipelineDbContext context, CancellationToken cancellationToken, string? after = null, int limit = 20)
    {
        Paging.Check(limit, LongestPage);
        List<ScheduleRunObject> rows = await context.RunsAsync(caller, id, after, limit, cancellationToken);
        return TypedResults.Ok(ListReply<ScheduleRunObject>.Of(rows, limit, run => run, run => run.Id));
    }

    private static async Task<Ok<ScheduleRunObject>> GetRunAsync(
        string id, string runId, Caller caller, PipelineDbContext context, CancellationToken cancellationToken) =>
        TypedResults.Ok(await context.GetRunAsync(caller, id, runId, cancellationToken));
}
