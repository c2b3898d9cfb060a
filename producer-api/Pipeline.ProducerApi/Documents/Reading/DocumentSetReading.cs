using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Data;
using Pipeline.Data.Documents;
using Pipeline.Data.Entities;
using Pipeline.Data.Files;
using Pipeline.Data.Notifications;
using Pipeline.Data.States;
using Pipeline.Data.Webhooks;
using Pipeline.Documents;
using Pipeline.Documents.Safety;
using Pipeline.ProducerApi.Batches.Planning;
using Pipeline.ProducerApi.Batches.Validation;

namespace Pipeline.ProducerApi.Documents.Reading;

/// <summary>
/// Reads the uploads of one set: finds their documents, writes the batch's input file, and lets go of the uploads, all in one
/// transaction. A process that dies on the way leaves the set as it was, for the next one. A set without a readable document
/// fails its batch.
/// </summary>
internal sealed class DocumentSetReading(
    IDbContextFactory<PipelineDbContext> contexts,
    NpgsqlDataSource dataSource,
    TimeProvider time,
    IOptions<ApiOptions> options,
    IOptions<DocumentOptions> documentOptions,
    ModelReaders readers,
    ILogger<DocumentSetReading> logger)
{
    private static readonly TimeSpan InputLife = TimeSpan.FromDays(30);

    /// <summary>Reads the set, unless another process is at it or its batch no longer waits.</summary>
    public async Task ReadAsync(string batchId, CancellationToken cancellationToken)
    {
        ReadingAttempts attempts = new(dataSource, batchId);
        bool begun = false;
        try
        {
            await using PipelineDbContext context = await contexts.CreateDbContextAsync(cancellationToken);
            await using IDbContextTransaction transaction = await context.Database.BeginTransactionAsync(cancellationToken);
            // Not the row's lock: attempts are noted in it meanwhile.
            bool mine = await context.Database
                .SqlQuery<bool>($"SELECT pg_try_advisory_xact_lock(hashtextextended({"documents " + batchId}, 0)) AS \"Value\"").SingleAsync(cancellationToken);
            if (!mine || await FindAsync(context, batchId, cancellationToken) is not { } found)
            {
                return;
            }

            await attempts.BeginAsync(cancellationToken);
            begun = true;
            if (await ReadAsync(context, found.Set, found.Batch, attempts, cancellationToken))
            {
                await transaction.CommitAsync(cancellationToken);
            }
        }
        finally
        {
            if (begun)
            {
                await attempts.EndAsync();
            }
        }
    }

    private static async Task<(DocumentSet Set, Batch Batch)?> FindAsync(PipelineDbContext context, string batchId, CancellationToken cancellationToken)
    {
        DocumentSet? set = await context.DocumentSets.AsNoTracking().FirstOrDefaultAsync(s => s.BatchId == batchId && s.ReadAt == null, cancellationToken);
        Batch? batch = await context.Batches.AsNoTracking().FirstOrDefaultAsync(b => b.Id == batchId && b.Status == BatchStatus.Validating, cancellationToken);
        return set is null || batch is null ? null : (set, batch);
    }

    /// <returns>Whether the set has been read; otherwise its batch was cancelled meanwhile.</returns>
    private async Task<bool> ReadAsync(PipelineDbContext context, DocumentSet set, Batch batch, ReadingAttempts attempts, CancellationToken cancellationToken)
    {
        NpgsqlConnection connection = (NpgsqlConnection)context.Database.GetDbConnection();
        DateTimeOffset now = time.GetUtcNow();
        using FileContentWriter file = await FileContentWriter.BeginAsync(connection, NewInput(batch, now), cancellationToken);
        using DocumentRequests requests = new(set.Prompt, set.Model, set.Schema, set.MaxTokens);
        PartPlanner planner = new(requests, readers.Find(set.Model), set.MaxTokens);
        SetWriter writer = new(connection, file, requests, planner, set.BatchId, options.Value.MaxLineBytes);
        List<DocumentUpload> uploads = await context.DocumentUploads.AsNoTracking()
            .Where(u => u.BatchId == set.BatchId).OrderBy(u => u.Number).ToListAsync(cancellationToken);
        foreach (DocumentUpload upload in uploads)
        {
            if (await IsGoneAsync(set.BatchId, cancellationToken))
            {
                return false;
            }

            await ReadAsync(upload, set, writer, attempts, cancellationToken);
        }

        await attempts.EndAsync();
        await writer.CompleteAsync(cancellationToken);
        if (writer.Readable == 0)
        {
            if (!await BatchFailure.FailAsync(context, set.BatchId, writer.Errors, time.GetUtcNow(), cancellationToken))
            {
                return false;
            }

            await WebhookOutbox.RecordAsync(connection, set.BatchId, BatchStatus.Failed, cancellationToken);
        }

        string[] files = [.. uploads.Select(upload => upload.FileId)];
        await context.Files.Where(f => files.Contains(f.Id)).ExecuteDeleteAsync(cancellationToken);
        await context.DocumentUploads.Where(u => u.BatchId == set.BatchId).ExecuteDeleteAsync(cancellationToken);
        DateTimeOffset readAt = time.GetUtcNow();
        await context.DocumentSets.Where(s => s.BatchId == set.BatchId).ExecuteUpdateAsync(update => update.SetProperty(s => s.ReadAt, readAt), cancellationToken);
        await context.Database.ExecuteSqlAsync(
            $"SELECT pg_notify({NotificationChannels.Validation}, {set.BatchId}), pg_notify({NotificationChannels.Progress}, {set.BatchId})", cancellationToken);
        LogMessages.DocumentsRead(logger, set.BatchId, writer.Readable, writer.Errors.Count);
        return true;
    }

    private async Task ReadAsync(DocumentUpload upload, DocumentSet set, SetWriter writer, ReadingAttempts attempts, CancellationToken cancellationToken)
    {
        if (!await attempts.MayReadAsync(upload.Number, cancellationToken))
        {
            UnreadableException deadly = new(UnreadableException.Damaged, "Whoever read it died of it, twice: it is not read again.");
            await writer.AddAsync(new ReadDocument(upload.Name, null, null, null, deadly), cancellationToken);
            return;
        }

        ExtractionLimits limits = new() { MaxFileBytes = documentOptions.Value.MaxFileBytes, MaxUnpackedBytes = documentOptions.Value.MaxUnpackedBytes };
        await using FileStream? content = await FetchAsync(upload, cancellationToken);
        if (content is null)
        {
            UnreadableException gone = new(UnreadableException.Damaged, "It was deleted before it was read.");
            await writer.AddAsync(new ReadDocument(upload.Name, null, null, null, gone), cancellationToken);
            return;
        }

        foreach (ReadDocument document in DocumentReader.Read(new SourceFile(upload.Name, content), new Extraction(limits, set.RowsAreDocuments, cancellationToken)))
        {
            await writer.AddAsync(document, cancellationToken);
        }
    }

    /// <summary>The upload on the disk, where parsers can go to and fro in it; <see langword="null"/> if it is no longer there.</summary>
    private async Task<FileStream?> FetchAsync(DocumentUpload upload, CancellationToken cancellationToken)
    {
        await using PipelineDbContext context = await contexts.CreateDbContextAsync(cancellationToken);
        if (await context.Files.AsNoTracking().FirstOrDefaultAsync(f => f.Id == upload.FileId, cancellationToken) is not { } file)
        {
            return null;
        }

        FileStream target = TemporaryFile.Create();
        try
        {
            await using FileContentStream source = new(dataSource, file.Id, file.Bytes);
            await source.CopyToAsync(target, cancellationToken);
            target.Position = 0;
            return target;
        }
        catch (EndOfStreamException)
        {
            await target.DisposeAsync();
            return null;
        }
        catch
        {
            await target.DisposeAsync();
            throw;
        }
    }

    private async Task<bool> IsGoneAsync(string batchId, CancellationToken cancellationToken)
    {
        await using PipelineDbContext context = await contexts.CreateDbContextAsync(cancellationToken);
        return !await context.Batches.AnyAsync(b => b.Id == batchId && b.Status == BatchStatus.Validating, cancellationToken);
    }

    private static StoredFile NewInput(Batch batch, DateTimeOffset now) => new()
    {
        Id = batch.InputFileId,
        TenantId = batch.TenantId,
        Purpose = "batch",
        Filename = $"{batch.Id}_documents.jsonl",
        CreatedAt = now,
        ExpiresAt = now + InputLife,
    };
}
