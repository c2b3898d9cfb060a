using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using Pipeline.Data;
using Pipeline.Data.Batches;
using Pipeline.Data.Entities;
using Pipeline.Data.Notifications;
using Pipeline.Data.States;
using Pipeline.Data.Webhooks;

namespace Pipeline.ProducerApi.Batches.Finalizing;

/// <summary>
/// Writes the files of one batch and closes it, in one transaction under the batch's row lock: a process that dies on the
/// way leaves the batch as it was, and two never write it both.
/// </summary>
internal sealed class BatchFinalization(
    IDbContextFactory<PipelineDbContext> contexts, NpgsqlDataSource dataSource, TimeProvider time, ILogger<BatchFinalization> logger)
{
    /// <summary>Closes the batch, if all its jobs have ended and nobody else is at it.</summary>
    public async Task FinalizeAsync(string batchId, CancellationToken cancellationToken)
    {
        await using PipelineDbContext context = await contexts.CreateDbContextAsync(cancellationToken);
        await using IDbContextTransaction transaction = await context.Database.BeginTransactionAsync(cancellationToken);
        List<Batch> locked = await context.Batches
            .FromSql(
                $"""
                SELECT * FROM batches
                WHERE id = {batchId} AND (status = 'finalizing' OR (status = 'cancelling' AND remaining = 0))
                FOR UPDATE SKIP LOCKED
                """)
            .ToListAsync(cancellationToken);
        if (locked is not [Batch batch])
        {
            return;
        }

        DateTimeOffset now = time.GetUtcNow();
        NpgsqlConnection connection = (NpgsqlConnection)context.Database.GetDbConnection();
        using ResultFile output = new(connection, batch, "output", now);
        using ResultFile errors = new(connection, batch, "error", now);
        using ResultLine line = new();
        await foreach (ResultRow row in ResultRows.ReadAsync(dataSource, batchId, cancellationToken))
        {
            await (row.Succeeded ? output : errors).WriteLineAsync(line.Write(batchId, row), cancellationToken);
        }

        await output.CompleteAsync(cancellationToken);
        await errors.CompleteAsync(cancellationToken);
        // Those of before a retry are replaced by these.
        await context.Files.Where(f => f.Id == batch.OutputFileId || f.Id == batch.ErrorFileId).ExecuteDeleteAsync(cancellationToken);
        batch.OutputFileId = output.Id;
        batch.ErrorFileId = errors.Id;
        Close(batch, now);
        await context.SaveChangesAsync(cancellationToken);
        await context.Database.ExecuteSqlAsync($"SELECT pg_notify({NotificationChannels.Progress}, {batchId})", cancellationToken);
        await WebhookOutbox.RecordAsync(connection, batchId, batch.Status, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        LogMessages.BatchFinalized(logger, batchId, batch.Status, output.Lines, errors.Lines);
    }

    private static void Close(Batch batch, DateTimeOffset now)
    {
        BatchStatus status = batch.Status;
        BatchStatus last = status == BatchStatus.Cancelling ? BatchStatus.Cancelled : batch.Outcome ?? BatchStatus.Completed;
        Transitions.Change(ref status, last);
        batch.Status = status;
        switch (last)
        {
            case BatchStatus.Completed:
                batch.CompletedAt = now;
                break;
            case BatchStatus.Expired:
                batch.ExpiredAt = now;
                break;
            case BatchStatus.Cancelled:
                batch.CancelledAt = now;
                break;
            default:
                throw new InvalidOperationException($"A batch does not end as {last}.");
        }
    }
}
