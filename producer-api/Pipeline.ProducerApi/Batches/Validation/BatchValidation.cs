using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Data;
using Pipeline.Data.Batches;
using Pipeline.Data.Documents;
using Pipeline.Data.Entities;
using Pipeline.Data.Files;
using Pipeline.Data.Notifications;
using Pipeline.Data.States;
using Pipeline.Data.Webhooks;
using Pipeline.ProducerApi.Batches.Planning;
using Pipeline.Tokenization.Prefixes;

namespace Pipeline.ProducerApi.Batches.Validation;

/// <summary>
/// Validates one batch: reads its file line by line and writes the jobs as it goes, all in one transaction. One bad line
/// takes the jobs back and fails the batch, with every bad line listed; one that is too long for its model is no bad line, and
/// is answered at once while the others run. A process that dies on the way leaves the batch as it was, for the next one.
/// </summary>
internal sealed class BatchValidation(
    IDbContextFactory<PipelineDbContext> contexts,
    NpgsqlDataSource dataSource,
    TimeProvider time,
    IOptions<ApiOptions> options,
    ModelReaders readers,
    ILogger<BatchValidation> logger)
{
    private const string BeforeJobs = "before_jobs";

    /// <summary>Validates the batch, unless another process is at it or it no longer waits.</summary>
    public async Task ValidateAsync(string batchId, CancellationToken cancellationToken)
    {
        await using PipelineDbContext context = await contexts.CreateDbContextAsync(cancellationToken);
        await using IDbContextTransaction transaction = await context.Database.BeginTransactionAsync(cancellationToken);
        // Not the row's lock: a cancellation must not wait for the end of the file.
        bool mine = await context.Database
            .SqlQuery<bool>($"SELECT pg_try_advisory_xact_lock(hashtextextended({batchId}, 0)) AS \"Value\"").SingleAsync(cancellationToken);
        if (!mine || await context.Batches.AsNoTracking().FirstOrDefaultAsync(b => b.Id == batchId, cancellationToken) is not { Status: BatchStatus.Validating } batch)
        {
            return;
        }

        await transaction.CreateSavepointAsync(BeforeJobs, cancellationToken);
        Findings findings = await ReadAsync(context, batch, transaction, cancellationToken);
        bool changed = findings.Errors.Count > 0
            ? await BatchFailure.FailAsync(context, batch.Id, findings.Errors, time.GetUtcNow(), cancellationToken)
            : await StartAsync(context, batch, findings, (NpgsqlTransaction)transaction.GetDbTransaction(), cancellationToken);
        if (!changed)
        {
            // Cancelled meanwhile: disposing the transaction takes the jobs back.
            LogMessages.BatchCancelledInValidation(logger, batchId);
            return;
        }

        await context.Database.ExecuteSqlAsync($"SELECT pg_notify({NotificationChannels.Progress}, {batchId})", cancellationToken);
        await WebhookOutbox.RecordAsync(
            (NpgsqlConnection)context.Database.GetDbConnection(),
            batchId,
            findings.Errors.Count > 0 ? BatchStatus.Failed : BatchStatus.InProgress,
            cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        if (findings.Errors.Count > 0)
        {
            LogMessages.BatchInvalid(logger, batchId, findings.Errors.Count);
        }
        else
        {
            LogMessages.BatchValid(logger, batchId, findings.Jobs, findings.Model!);
            if (findings.Prediction is { } prediction)
            {
                LogMessages.BatchPlanned(logger, batchId, prediction.CachedTokens, prediction.PromptTokens);
            }

            if (findings.Refusals.Count > 0)
            {
                LogMessages.JobsTooLong(logger, batchId, findings.Refusals.Count);
            }
        }
    }

    private async Task<Findings> ReadAsync(
        PipelineDbContext context, Batch batch, IDbContextTransaction transaction, CancellationToken cancellationToken)
    {
        StoredFile? file = await context.Files.AsNoTracking()
            .FirstOrDefaultAsync(f => f.Id == batch.InputFileId && f.TenantId == batch.TenantId, cancellationToken);
        if (file is null)
        {
            return NoFile(batch);
        }

        if (!Endpoints.Served.Contains(batch.Endpoint))
        {
            return Findings.Of(new LineError("unsupported_endpoint", null, $"No model that is served here answers '{batch.Endpoint}'.", "endpoint"));
        }

        try
        {
            await using FileContentStream content = new(dataSource, file.Id, file.Bytes);
            NpgsqlConnection connection = (NpgsqlConnection)context.Database.GetDbConnection();
            return await ReadLinesAsync(content, batch, connection, transaction, cancellationToken);
        }
        catch (EndOfStreamException)
        {
            // Deleted while it was read.
            await transaction.RollbackToSavepointAsync(BeforeJobs, cancellationToken);
            return NoFile(batch);
        }
    }

    private async Task<Findings> ReadLinesAsync(
        Stream content, Batch batch, NpgsqlConnection connection, IDbContextTransaction transaction, CancellationToken cancellationToken)
    {
        ApiOptions limits = options.Value;
        LineRules rules = new(batch.Endpoint, limits.Models, limits.MaxEmbeddingInputs);
        List<LineError> errors = [];
        List<int> blanks = [];
        JobBulkWriter? writer = null;
        BatchPlanner? planner = null;
        int lines = 0;
        await foreach (Line line in new LineReader(content, limits.MaxLineBytes).ReadAsync(cancellationToken))
        {
            if (line.IsBlank)
            {
                // Harmless at the end of the file; whether this is the end, the next line will tell.
                if (blanks.Count <= limits.MaxBatchLines)
                {
                    blanks.Add(line.Number);
                }

                continue;
            }

            errors.AddRange(blanks.Select(LineError.NotJson));
            blanks.Clear();
            if (++lines > limits.MaxBatchLines)
            {
                errors.Add(new LineError(
                    "too_many_tasks", line.Number, $"The batch has more than {limits.MaxBatchLines} requests, which is the most that a batch may have.", null));
                break;
            }

            bool clean = errors.Count == 0;
            if (Check(line, rules, limits, errors) is { } job && errors.Count == 0)
            {
                if (writer is null)
                {
                    writer = new JobBulkWriter(connection, batch, rules.Model!, limits.SliceJobs, time.GetUtcNow());
                    // Texts to embed share no cache: there is nothing to plan.
                    planner = batch.Endpoint != Endpoints.Embeddings && readers.Find(rules.Model!) is { } reader ? new BatchPlanner(reader) : null;
                }

                await writer.AddAsync(job, cancellationToken);
                await (planner?.AddAsync(job, cancellationToken) ?? ValueTask.CompletedTask);
            }
            else if (clean)
            {
                // The first bad line: from here on there is only reading.
                writer = null;
                await transaction.RollbackToSavepointAsync(BeforeJobs, cancellationToken);
            }
        }

        if (lines == 0)
        {
            errors.Add(new LineError("empty_file", null, "The input file is empty.", "file_id"));
        }

        if (errors.Count > 0)
        {
            await transaction.RollbackToSavepointAsync(BeforeJobs, cancellationToken);
            return new Findings(errors, 0, null, null, []);
        }

        await writer!.CompleteAsync(cancellationToken);
        if (planner is null)
        {
            return new Findings(errors, writer.Count, rules.Model, null, []);
        }

        BatchPlan plan = await planner.CompleteAsync(cancellationToken);
        await writer.RearrangeAsync(plan.Prefixes.Order, cancellationToken);
        JobRefusal[] refusals = [.. plan.Refusals.Select(refusal => new JobRefusal(writer.IdAt(refusal.Place), refusal.Body))];
        return new Findings(errors, writer.Count, rules.Model, plan.Prefixes.Prediction, refusals);
    }

    private static NewJob? Check(Line line, LineRules rules, ApiOptions limits, List<LineError> errors)
    {
        if (line.TooLong)
        {
            errors.Add(new LineError("line_too_long", line.Number, $"This line is longer than {limits.MaxLineBytes} bytes.", null));
            return null;
        }

        if (!RequestLine.TryParse(line.Content.Span, out RequestLine request))
        {
            errors.Add(LineError.NotJson(line.Number));
            return null;
        }

        int before = errors.Count;
        rules.Check(request, line.Number, errors);
        return errors.Count > before ? null : new NewJob(line.Number, request.CustomId.Value!, request.Url.Value!, line.Content[request.Body]);
    }

    private async Task<bool> StartAsync(
        PipelineDbContext context, Batch batch, Findings findings, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        int jobs = findings.Jobs + await HeldMerges.AddAsync(transaction.Connection!, batch.Id, findings.Model!, cancellationToken);
        int changed = await context.Batches.Where(b => b.Id == batch.Id && b.Status == BatchStatus.Validating).ExecuteUpdateAsync(
            set => set
                .SetProperty(b => b.Status, BatchStatus.InProgress)
                .SetProperty(b => b.InProgressAt, now)
                .SetProperty(b => b.Model, findings.Model)
                .SetProperty(b => b.PredictedPromptTokens, findings.Prediction == null ? null : findings.Prediction.PromptTokens)
                .SetProperty(b => b.PredictedCachedTokens, findings.Prediction == null ? null : findings.Prediction.CachedTokens)
                .SetProperty(b => b.Total, jobs)
                .SetProperty(b => b.Remaining, jobs),
            cancellationToken);
        if (changed == 1 && findings.Refusals.Count > 0)
        {
            await JobRefusal.CommitAsync(transaction.Connection!, transaction, findings.Refusals, cancellationToken);
        }

        await context.Database.ExecuteSqlAsync($"SELECT pg_notify({NotificationChannels.Dispatch}, '')", cancellationToken);
        return changed == 1;
    }

    private static Findings NoFile(Batch batch) => Findings.Of(new LineError(
        "invalid_request",
        null,
        $"Cannot find file {LineError.Quote(batch.InputFileId)}, or organization {batch.TenantId} does not have access to it.",
        "file_id"));

    private sealed record Findings(List<LineError> Errors, int Jobs, string? Model, CachePrediction? Prediction, IReadOnlyList<JobRefusal> Refusals)
    {
        public static Findings Of(LineError error) => new([error], 0, null, null, []);
    }
}
