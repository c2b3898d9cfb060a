using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Data;
using Pipeline.Data.Batches;
using Pipeline.Data.Documents;
using Pipeline.Data.Entities;
using Pipeline.Data.Notifications;
using Pipeline.Data.States;
using Pipeline.Data.Webhooks;
using Pipeline.ProducerApi.Tenants;

namespace Pipeline.ProducerApi.Batches.Validation;

/// <summary>
/// Validates one batch: reads its file line by line and writes the jobs as it goes, all in one transaction. One bad line
/// takes the jobs back and fails the batch, with every bad line listed; one that is too long for its model is no bad line, and
/// is answered at once while the others run. A process that dies on the way leaves the batch as it was, for the next one.
/// </summary>
internal sealed class BatchValidation(
    IDbContextFactory<PipelineDbContext> contexts,
    TimeProvider time,
    IOptions<ApiOptions> options,
    InputReading input,
    TokenQuota quota,
    ILogger<BatchValidation> logger)
{
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
        NpgsqlConnection connection = (NpgsqlConnection)context.Database.GetDbConnection();
        JobTarget target = new(connection, transaction, batch, options.Value.SliceJobs, time.GetUtcNow());
        await target.BeginAsync(cancellationToken);
        Findings findings = await input.ReadAsync(context, batch, target, cancellationToken);
        if (findings.Errors.Count > 0 || await quota.RefusalAsync(connection, batch, findings.Model!, findings.Estimate!.PromptTokens, cancellationToken) is not { } refusal)
        {
            return findings;
        }

        await target.AbandonAsync(cancellationToken);
        return Findings.Of(new LineError(TokenQuota.ErrorCode, null, refusal, null));
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
                .SetProperty(b => b.CountedPromptTokens, findings.Estimate!.PromptTokens)
                .SetProperty(b => b.Estimate, findings.Estimate.ToJson())
                .SetProperty(b => b.LargestQuote, findings.LargestQuote)
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
}
