using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Pipeline.Data;
using Pipeline.Data.Keys;
using Pipeline.ProducerApi.Errors;
using Pipeline.ProducerApi.Http;
using Pipeline.ProducerApi.Idempotency;
using Pipeline.ProducerApi.Keys;

namespace Pipeline.ProducerApi.Jobs;

/// <summary><c>/v1/jobs</c>: one request at a time, an addition to OpenAI's API.</summary>
internal static class JobEndpoints
{
    private const int LongestWait = 300;

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    public static void MapJobs(this IEndpointRouteBuilder v1)
    {
        RouteGroupBuilder jobs = v1.MapGroup("/jobs").WithTags("Jobs").RequireScope(KeyScopes.JobsRead, KeyScopes.JobsWrite);
        jobs.MapPost("", SubmitAsync).WithJsonBody<CreateJobRequest>().WithSummary("Submit a single job");
        jobs.MapGet("/{id}", GetAsync).WithSummary("Retrieve a job with its result and its costs");
        jobs.MapGet("/{id}/wait", WaitAsync)
            .WithSummary("Wait for a job to end")
            .WithDescription("Answers the job as soon as it has ended, or as it is when `timeout_seconds` (30, at most 300) have passed.");
    }

    private static async Task<Ok<JobObject>> SubmitAsync(
        HttpRequest request, Caller caller, JobSubmission submission, IOptions<ApiOptions> options, CancellationToken cancellationToken)
    {
        using JsonDocument body = await JsonFields.ReadObjectAsync(request);
        IdempotentRequest? key = IdempotentRequest.Of(request, JobSubmission.Scope, body.RootElement);
        return TypedResults.Ok(await submission.SubmitAsync(caller, CreateJobRequest.Parse(body.RootElement, options.Value.Models), key, cancellationToken));
    }

    private static async Task<Ok<JobObject>> GetAsync(string id, Caller caller, PipelineDbContext context, CancellationToken cancellationToken) =>
        TypedResults.Ok(await context.GetJobAsync(caller, id, cancellationToken));

    private static async Task<Ok<JobObject>> WaitAsync(
        string id,
        Caller caller,
        PipelineDbContext context,
        TimeProvider time,
        CancellationToken cancellationToken,
        [Microsoft.AspNetCore.Mvc.FromQuery(Name = "timeout_seconds")] double timeoutSeconds = 30)
    {
        if (timeoutSeconds is not (>= 0 and <= LongestWait))
        {
            throw RequestException.Invalid($"Invalid 'timeout_seconds': expected a value between 0 and {LongestWait}.", "timeout_seconds", "invalid_value");
        }

        long started = time.GetTimestamp();
        while (!await context.HasEndedAsync(caller, id, cancellationToken) && time.GetElapsedTime(started).TotalSeconds < timeoutSeconds)
        {
            await Task.Delay(Poll, time, cancellationToken);
        }

        return TypedResults.Ok(await context.GetJobAsync(caller, id, cancellationToken));
    }
}
