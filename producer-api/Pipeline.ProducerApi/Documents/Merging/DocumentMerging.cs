using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Data;
using Pipeline.Data.Batches;
using Pipeline.Data.Documents;
using Pipeline.Data.Entities;
using Pipeline.Data.Pricing;
using Pipeline.ProducerApi.Batches;
using Pipeline.ProducerApi.Batches.Planning;
using Pipeline.ProducerApi.Documents.Reading;
using Pipeline.ProducerApi.Pricing;
using Pipeline.Tokenization.Requests;

namespace Pipeline.ProducerApi.Documents.Merging;

/// <summary>
/// Goes on with documents of a batch whose parts have ended. Where all answers fit one request, the job that was held back gets
/// it and may run. Where they do not, they are merged in groups by new jobs, whose answers are merged in turn. Where a part
/// failed, so does the document. One transaction: a process that dies on the way leaves everything as it was.
/// </summary>
internal sealed class DocumentMerging(
    IDbContextFactory<PipelineDbContext> contexts, TimeProvider time, IOptions<ApiOptions> options, ModelReaders readers, Pricer pricer)
{
    public const string PartFailed = "document_part_failed";

    /// <summary>Goes on with those of the documents that are ready and that nobody else is at.</summary>
    public async Task MergeAsync(string batchId, int[] numbers, CancellationToken cancellationToken)
    {
        foreach (int[] group in numbers.Chunk(options.Value.SliceJobs))
        {
            await using PipelineDbContext context = await contexts.CreateDbContextAsync(cancellationToken);
            await using IDbContextTransaction transaction = await context.Database.BeginTransactionAsync(cancellationToken);
            await MergeGroupAsync(context, (NpgsqlTransaction)transaction.GetDbTransaction(), batchId, group, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
    }

    private async Task MergeGroupAsync(PipelineDbContext context, NpgsqlTransaction transaction, string batchId, int[] numbers, CancellationToken cancellationToken)
    {
        NpgsqlConnection connection = transaction.Connection!;
        IReadOnlyList<WaitingMerge> merges = await WaitingMerges.LockAsync(connection, batchId, numbers, cancellationToken);
        if (merges.Count == 0)
        {
            return;
        }

        DocumentSet set = await context.DocumentSets.AsNoTracking().SingleAsync(s => s.BatchId == batchId, cancellationToken);
        using DocumentRequests requests = new(set.Prompt, set.Model, set.Schema, set.MaxTokens);
        ModelReader? reader = readers.Find(set.Model);
        Batch batch = await context.Batches.AsNoTracking().SingleAsync(b => b.Id == batchId, cancellationToken);
        ModelPrice? price = await Pricer.IsCappedAsync(context, batch, cancellationToken) ? await pricer.FindAsync(set.Model, cancellationToken) : null;
        List<MergeRelease> releases = [];
        List<JobRefusal> refusals = [];
        List<(WaitingMerge Merge, IReadOnlyList<(byte[] Body, decimal? Quote)> Requests)> levels = [];
        foreach (WaitingMerge merge in merges)
        {
            if (merge.Answers.FirstOrDefault(answer => !answer.Succeeded) is { } failed)
            {
                refusals.Add(Refusal(merge, PartFailed, $"The part '{failed.CustomId}' of this document failed: {Reason(failed)}"));
                continue;
            }

            string[] answers = [.. merge.Answers.Select(answer => ChatAnswer.Of(answer.Body!))];
            switch (AnswerGroups.Of(answers, group => Fits(reader, requests.Merge(group))))
            {
                case null:
                    refusals.Add(Refusal(
                        merge, RequestErrorException.ContextLengthExceeded, "The answers to the parts of this document are too long to be merged: not even two fit the model's context."));
                    break;
                case [var all]:
                    ReadOnlyMemory<byte> body = requests.Merge(all);
                    releases.Add(new(batchId, merge.Number, merge.JobId, Encoding.UTF8.GetString(body.Span), Quote(reader, price, body)));
                    break;
                case var groups:
                    levels.Add((merge, [.. groups.Select(group => requests.Merge(group).ToArray()).Select(request => (request, Quote(reader, price, request)))]));
                    break;
            }
        }

        await MergeRelease.CommitAsync(connection, releases, cancellationToken);
        if (refusals.Count > 0)
        {
            await JobRefusal.CommitAsync(connection, transaction, refusals, cancellationToken);
        }

        if (levels.Count > 0)
        {
            await AddLevelsAsync(context, connection, set, levels, cancellationToken);
        }
    }

    /// <summary>Adds the jobs that merge groups of answers, in slices of their own, to the running batch.</summary>
    private async Task AddLevelsAsync(
        PipelineDbContext context,
        NpgsqlConnection connection,
        DocumentSet set,
        List<(WaitingMerge Merge, IReadOnlyList<(byte[] Body, decimal? Quote)> Requests)> levels,
        CancellationToken cancellationToken)
    {
        // A batch that is being cancelled meanwhile gets no more jobs, and its held ones are cancelled.
        List<Batch> running = await context.Batches.FromSql($"SELECT * FROM batches WHERE id = {set.BatchId} AND status = 'in_progress' FOR NO KEY UPDATE").ToListAsync(cancellationToken);
        if (running is not [Batch batch])
        {
            return;
        }

        int line = await context.Jobs.Where(j => j.BatchId == set.BatchId).MaxAsync(j => j.Line, cancellationToken);
        JobBulkWriter writer = new(connection, batch, set.Model, options.Value.SliceJobs, time.GetUtcNow());
        List<DocumentJob> jobs = [];
        foreach ((WaitingMerge merge, IReadOnlyList<(byte[] Body, decimal? Quote)> added) in levels)
        {
            int level = merge.Level + 1;
            foreach ((int index, (byte[] body, _)) in added.Index())
            {
                await writer.AddAsync(new NewJob(++line, DocumentNames.OfMerge(merge.Name, level, index + 1), Endpoints.ChatCompletions, body), cancellationToken);
                jobs.Add(new DocumentJob { BatchId = set.BatchId, Line = line, Number = merge.Number, Level = level });
            }
        }

        await writer.CompleteAsync(cancellationToken);
        decimal?[] quotes = [.. levels.SelectMany(level => level.Requests).Select(request => request.Quote)];
        if (!quotes.Contains(null))
        {
            await writer.QuoteAsync([.. quotes.Select(quote => quote!.Value)], cancellationToken);
        }

        await DocumentBulkWriter.WriteAsync(connection, jobs, cancellationToken);
        await DocumentLevels.RaiseAsync(connection, set.BatchId, [.. levels.Select(level => level.Merge.Number)], jobs.Count, cancellationToken);
    }

    /// <summary>The most that a request may cost, as at validation; <see langword="null"/> where nothing caps it.</summary>
    private static decimal? Quote(ModelReader? reader, ModelPrice? price, ReadOnlyMemory<byte> body) =>
        reader?.Read(Endpoints.ChatCompletions, body.Span).Tokens is { MostOutput: { } most } bounds ? price?.Quote(bounds.MostPrompt, most) : null;

    private static bool Fits(ModelReader? reader, ReadOnlyMemory<byte> body) => reader?.Read(Endpoints.ChatCompletions, body.Span).Refusal is null;

    private static string Reason(ResultRow failed)
    {
        if (failed.Body is { } body)
        {
            using JsonDocument json = JsonDocument.Parse(body);
            if (json.RootElement.TryGetProperty("error", out JsonElement error) && error.TryGetProperty("message", out JsonElement message))
            {
                return message.ToString();
            }
        }

        return failed.ErrorMessage ?? $"it is {failed.State.ToString().ToLowerInvariant()}.";
    }

    private static JobRefusal Refusal(WaitingMerge merge, string code, string message) =>
        new(merge.JobId, RequestErrorException.Invalid(null, code, message).ToBody());
}
