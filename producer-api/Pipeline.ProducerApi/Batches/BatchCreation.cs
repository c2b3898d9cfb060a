using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.Data.Ids;
using Pipeline.Data.Notifications;
using Pipeline.Data.States;
using Pipeline.ProducerApi.Errors;
using Pipeline.ProducerApi.Keys;

namespace Pipeline.ProducerApi.Batches;

/// <summary>Creates batches; once per <c>Idempotency-Key</c>, however often a client repeats itself.</summary>
internal sealed class BatchCreation(IDbContextFactory<PipelineDbContext> contexts, TimeProvider time)
{
    private const int LongestKey = 255;

    public async Task<Batch> CreateAsync(Caller caller, CreateBatchRequest request, string? idempotencyKey, CancellationToken cancellationToken)
    {
        if (idempotencyKey is { Length: > LongestKey })
        {
            throw RequestException.Invalid($"The Idempotency-Key may have {LongestKey} characters at most.");
        }

        await using PipelineDbContext context = await contexts.CreateDbContextAsync(cancellationToken);
        if (idempotencyKey is not null && await FindAsync(context, caller, idempotencyKey, cancellationToken) is { } earlier)
        {
            return Same(earlier, request);
        }

        Batch batch = NewBatch(caller, request, idempotencyKey);
        context.Batches.Add(batch);
        try
        {
            await context.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException e) when (idempotencyKey is not null && e.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
        {
            // The same request, at the same time, was faster.
            context.ChangeTracker.Clear();
            return Same((await FindAsync(context, caller, idempotencyKey, cancellationToken))!, request);
        }

        await context.Database.ExecuteSqlAsync($"SELECT pg_notify({NotificationChannels.Validation}, {batch.Id})", cancellationToken);
        return batch;
    }

    private static Task<Batch?> FindAsync(PipelineDbContext context, Caller caller, string key, CancellationToken cancellationToken) =>
        context.Batches.AsNoTracking().FirstOrDefaultAsync(b => b.TenantId == caller.TenantId && b.IdempotencyKey == key, cancellationToken);

    private static Batch Same(Batch earlier, CreateBatchRequest request) =>
        earlier.InputFileId == request.InputFileId && earlier.Endpoint == request.Endpoint
            ? earlier
            : throw RequestException.Invalid("The Idempotency-Key was used before with other parameters.", code: "idempotency_key_reused");

    private Batch NewBatch(Caller caller, CreateBatchRequest request, string? idempotencyKey)
    {
        DateTimeOffset now = time.GetUtcNow();
        return new Batch
        {
            Id = PublicIds.Batch(),
            TenantId = caller.TenantId,
            Endpoint = request.Endpoint,
            InputFileId = request.InputFileId,
            CompletionWindow = request.CompletionWindow,
            IdempotencyKey = idempotencyKey,
            Priority = (short)(request.Priority ?? 0),
            Status = BatchStatus.Validating,
            Metadata = request.Metadata is null ? null : JsonSerializer.Serialize(request.Metadata),
            OutputExpiresAfterSeconds = request.OutputExpiresAfter?.Seconds,
            CreatedAt = now,
            ExpiresAt = now + CreateBatchRequest.Window,
        };
    }
}
