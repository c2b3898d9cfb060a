using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Options;
using Pipeline.Data;
using Pipeline.ProducerApi.Batches;
using Pipeline.ProducerApi.Idempotency;
using Pipeline.ProducerApi.Keys;

namespace Pipeline.ProducerApi.Documents;

/// <summary>
/// Makes a batch of documents, for a tenant: whoever has them as files with names and streams begins here. They are stored as they
/// come, a megabyte in memory at a time; what is in them is read after that, in the background, before the batch is validated.
/// </summary>
/// <example>
/// <code>
/// await using DocumentSubmission submission = await intake.BeginAsync(caller, cancellationToken);
/// await submission.AddAsync("reports/may.pdf", stream, cancellationToken);
/// DocumentSetObject made = await submission.CompleteAsync(task, key: null, cancellationToken);
/// </code>
/// </example>
internal sealed class DocumentIntake(
    IDbContextFactory<PipelineDbContext> contexts, BatchCreation creation, FirstAnswers answers, TimeProvider time, IOptions<DocumentOptions> options)
{
    public const string Scope = "documents";

    /// <summary>Begins a submission. Nothing of it is there before <see cref="DocumentSubmission.CompleteAsync"/>.</summary>
    public async Task<DocumentSubmission> BeginAsync(Caller caller, CancellationToken cancellationToken)
    {
        PipelineDbContext context = await contexts.CreateDbContextAsync(cancellationToken);
        IDbContextTransaction transaction = await context.Database.BeginTransactionAsync(cancellationToken);
        return new DocumentSubmission(context, transaction, caller, creation, answers, time, options.Value);
    }

    /// <summary>Begins a submission in the caller's transaction, who commits it: to be ended by <see cref="DocumentSubmission.AddBatchAsync"/>.</summary>
    public DocumentSubmission Within(PipelineDbContext context, Caller caller) => new(context, own: null, caller, creation, answers, time, options.Value);
}
