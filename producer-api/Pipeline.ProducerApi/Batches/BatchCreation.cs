using System.Text.Json;
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

namespace Pipeline.ProducerApi.Batches;

/// <summary>Creates batches; once per <c>Idempotency-Key</c>, however often a client repeats itself.</summary>
internal sealed class BatchCreation(IDbContextFactory<PipelineDbContext> contexts, FirstAnswers answers, TimeProvider time)
{
    public const string Scope = "batches";

    public async Task<BatchObject> CreateAsync(Caller caller, CreateBatchRequest request, IdempotentRequest? key, CancellationToken cancellationToken)
    {
        if (await answers.FindAsync<BatchObject>(caller, key, cancellationToken) is { } first)
        {
            return first;
        }

        await using PipelineDbContext context = await contexts.CreateDbContextAsync(cancellationToken);
        await using IDbContextTransaction transaction = await context.Database.BeginTransactionAsync(cancellationToken);
        BatchObject answer = BatchObject.Of(await AddAsync(context, caller, request, cancellationToken));
        if (!await answers.KeepAsync((NpgsqlConnection)context.Database.GetDbConnection(), caller, key, answer, cancellationToken))
        {
            // The same request, at the same time, was faster.
            await transaction.RollbackAsync(cancellationToken);
            return (await answers.FindAsync<BatchObject>(caller, key, cancellationToken))!;
        }

        await transaction.CommitAsync(cancellationToken);
        return answer;
    }

    /// <summary>Adds a batch in the caller's transaction: it is there, and goes to validation, when that commits.</summary>
    public async Task<Batch> AddAsync(PipelineDbContext context, Caller caller, CreateBatchRequest request, CancellationToken cancellationToken)
    {
        Batch batch = NewBatch(caller, request, time.GetUtcNow());
        context.Batches.Add(batch);
        if (request.Webhook is { } webhook)
        {
            context.WebhookEndpoints.Add(webhook.ToEndpoint(batch));
        }

        await context.SaveChangesAsync(cancellationToken);
        await context.Database.ExecuteSqlAsync($"SELECT pg_notify({NotificationChannels.Validation}, {batch.Id})", cancellationToken);
        return batch;
    }

    /// <summary>The batch that a request asks for, not stored yet.</summary>
    public static Batch NewBatch(Caller caller, CreateBatchRequest request, DateTimeOffset now) => new()
    {
        Id = PublicIds.Batch(),
        TenantId = caller.TenantId,
        Endpoint = request.Endpoint,
        InputFileId = request.InputFileId,
        CompletionWindow = request.CompletionWindow,
        Priority = (short)(request.Priority ?? 0),
        Status = BatchStatus.Validating,
        Metadata = request.Metadata is null ? null : JsonSerializer.Serialize(request.Metadata),
        OutputExpiresAfterSeconds = request.OutputExpiresAfter?.Seconds,
        MaxCost = request.MaxCost,
        CreatedAt = now,
        ExpiresAt = now + CompletionWindows.Parse(request.CompletionWindow),
    };
}
