using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.Data.Ids;
using Pipeline.Data.Notifications;
using Pipeline.Data.States;
using Pipeline.ProducerApi.Idempotency;
using Pipeline.ProducerApi.Keys;

namespace Pipeline.ProducerApi.Jobs;

/// <summary>Enqueues a single job in a slice of its own: one transaction, so that neither is ever there without the other. Once per <c>Idempotency-Key</c>.</summary>
internal sealed class JobSubmission(IDbContextFactory<PipelineDbContext> contexts, FirstAnswers answers, JobQuotes quotes, TimeProvider time)
{
    public const string Scope = "jobs";

    public async Task<JobObject> SubmitAsync(Caller caller, CreateJobRequest request, IdempotentRequest? key, CancellationToken cancellationToken)
    {
        if (await answers.FindAsync<JobObject>(caller, key, cancellationToken) is { } first)
        {
            return first;
        }

        decimal? quote = await quotes.FindAsync(caller, request, cancellationToken);
        DateTimeOffset now = time.GetUtcNow();
        short priority = (short)(request.Priority ?? CreateJobRequest.DefaultPriority);
        await using PipelineDbContext context = await contexts.CreateDbContextAsync(cancellationToken);
        await using IDbContextTransaction transaction = await context.Database.BeginTransactionAsync(cancellationToken);
        Slice slice = new()
        {
            TenantId = caller.TenantId,
            Model = request.Model,
            State = SliceState.Pending,
            JobCount = 1,
            Priority = priority,
            CreatedAt = now,
        };
        context.Slices.Add(slice);
        await context.SaveChangesAsync(cancellationToken);

        long id = await JobIds.ReserveBlockAsync((NpgsqlConnection)context.Database.GetDbConnection(), cancellationToken);
        context.Jobs.Add(new Job
        {
            Id = id,
            TenantId = caller.TenantId,
            Model = request.Model,
            SliceId = slice.Id,
            State = JobState.Queued,
            Priority = priority,
            Quote = quote,
            CreatedAt = now,
        });
        context.JobBodies.Add(new JobBody
        {
            JobId = id,
            CustomId = request.CustomId ?? JobIds.ToPublic(id),
            Url = request.Endpoint,
            Body = request.Body.GetRawText(),
        });
        await context.SaveChangesAsync(cancellationToken);
        JobObject answer = await context.GetJobAsync(caller, JobIds.ToPublic(id), cancellationToken);
        if (!await answers.KeepAsync((NpgsqlConnection)context.Database.GetDbConnection(), caller, key, answer, cancellationToken))
        {
            // The same request, at the same time, was faster.
            await transaction.RollbackAsync(cancellationToken);
            return (await answers.FindAsync<JobObject>(caller, key, cancellationToken))!;
        }

        await context.Database.ExecuteSqlAsync($"SELECT pg_notify({NotificationChannels.Dispatch}, '')", cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return answer;
    }
}
