using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Data;
using Pipeline.Data.Batches;
using Pipeline.Data.Entities;
using Pipeline.Data.Files;
using Pipeline.Data.Pricing;
using Pipeline.ProducerApi.Batches.Planning;
using Pipeline.ProducerApi.Pricing;
using Pipeline.Tokenization.Prefixes;

namespace Pipeline.ProducerApi.Batches.Validation;

/// <summary>
/// Reads the input of a batch line by line: finds every bad line, hands the good ones on, plans them and says what they will cost.
/// The first bad line takes back what was handed on; from there on there is only reading.
/// </summary>
internal sealed class InputReading(NpgsqlDataSource dataSource, IOptions<ApiOptions> options, ModelReaders readers, Pricer pricer)
{
    /// <summary>Reads the input of a batch, which need not be stored.</summary>
    /// <param name="context">Where files and tenants are found.</param>
    /// <param name="batch">Whose input it is.</param>
    /// <param name="target">Where good lines go.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<Findings> ReadAsync(PipelineDbContext context, Batch batch, IJobTarget target, CancellationToken cancellationToken)
    {
        StoredFile? file = await context.Files.AsNoTracking().FirstOrDefaultAsync(f => f.Id == batch.InputFileId && f.TenantId == batch.TenantId, cancellationToken);
        if (file is null)
        {
            return NoFile(batch);
        }

        if (!Endpoints.Served.Contains(batch.Endpoint))
        {
            return Findings.Of(new LineError("unsupported_endpoint", null, $"No model that is served here answers '{batch.Endpoint}'.", "endpoint"));
        }

        // Under a cap every line must have a bound.
        bool capped = await Pricer.IsCappedAsync(context, batch, cancellationToken);
        try
        {
            await using FileContentStream content = new(dataSource, file.Id, file.Bytes);
            return await ReadLinesAsync(content, batch, capped, target, cancellationToken);
        }
        catch (EndOfStreamException)
        {
            // Deleted while it was read.
            await target.AbandonAsync(cancellationToken);
            return NoFile(batch);
        }
    }

    private async Task<Findings> ReadLinesAsync(Stream content, Batch batch, bool capped, IJobTarget target, CancellationToken cancellationToken)
    {
        ApiOptions limits = options.Value;
        LineRules rules = new(batch.Endpoint, limits.Models, limits.MaxEmbeddingInputs);
        List<LineError> errors = [];
        List<int> blanks = [];
        List<(int Line, TokenBounds Bounds)> lines = [];
        ModelPrice? price = null;
        BatchPlanner? planner = null;
        int count = 0;
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
            if (++count > limits.MaxBatchLines)
            {
                errors.Add(new LineError(
                    "too_many_tasks", line.Number, $"The batch has more than {limits.MaxBatchLines} requests, which is the most that a batch may have.", null));
                break;
            }

            bool clean = errors.Count == 0;
            (NewJob Job, TokenBounds Bounds)? found = Check(line, rules, limits, errors);
            if (found is not null && errors.Count == 0 && price is null)
            {
                price = await FindPriceAsync(rules.Model!, line.Number, errors, cancellationToken);
                planner = readers.Find(rules.Model!) is { } reader ? new BatchPlanner(reader) : null;
            }

            if (found is { } good && errors.Count == 0)
            {
                lines.Add((line.Number, good.Bounds));
                await target.AddAsync(rules.Model!, good.Job, cancellationToken);
                await (planner?.AddAsync(good.Job, cancellationToken) ?? ValueTask.CompletedTask);
            }
            else if (clean)
            {
                await target.AbandonAsync(cancellationToken);
            }
        }

        if (count == 0)
        {
            errors.Add(new LineError("empty_file", null, "The input file is empty.", "file_id"));
        }

        if (errors.Count == 0)
        {
            await target.CompleteAsync(cancellationToken);
            BatchPlan? plan = planner is null ? null : await planner.CompleteAsync(cancellationToken);
            Estimation estimation = new(price!, await pricer.MeanOutputAsync(batch.TenantId, rules.Model!, cancellationToken));
            bool counted = Estimate(lines, plan, estimation, capped, errors);
            if (errors.Count == 0)
            {
                CostEstimate estimate = estimation.Complete(counted, batch.Endpoint == Endpoints.Embeddings ? null : plan?.Prefixes.Prediction.CachedTokens);
                return await CompleteAsync(batch, rules.Model!, plan, estimation, estimate, capped, target, cancellationToken);
            }
        }

        await target.AbandonAsync(cancellationToken);
        return Findings.Of(errors);
    }

    private static async Task<Findings> CompleteAsync(
        Batch batch, string model, BatchPlan? plan, Estimation estimation, CostEstimate estimate, bool capped, IJobTarget target, CancellationToken cancellationToken)
    {
        // Texts to embed share no cache: they are counted, but there is no order to make.
        PrefixPlan? prefixes = batch.Endpoint == Endpoints.Embeddings ? null : plan?.Prefixes;
        if (prefixes is not null)
        {
            await target.RearrangeAsync(prefixes.Order, cancellationToken);
        }

        if (capped)
        {
            await target.QuoteAsync([.. estimation.Quotes.Select(quote => quote!.Value)], cancellationToken);
        }

        JobRefusal[] refusals = [.. plan?.Refusals.Select(refusal => target.Refuse(refusal.Place, refusal.Body)) ?? []];
        return new Findings([], estimation.Quotes.Count, model, prefixes?.Prediction, refusals, estimate, estimation.LargestQuote);
    }

    /// <summary>Estimates each line: by the tokens that the plan counted or, where it could not, by what the line says of itself.</summary>
    /// <returns>Whether all that will run were counted.</returns>
    private static bool Estimate(
        List<(int Line, TokenBounds Bounds)> lines, BatchPlan? plan, Estimation estimation, bool capped, List<LineError> errors)
    {
        bool counted = plan is not null;
        HashSet<int> refused = [.. plan?.Refusals.Select(refusal => refusal.Place) ?? []];
        for (int place = 0; place < lines.Count; place++)
        {
            if (refused.Contains(place))
            {
                estimation.AddRefused();
                continue;
            }

            TokenBounds bounds = plan?.Tokens[place] ?? lines[place].Bounds;
            counted &= plan?.Tokens[place] is not null;
            estimation.Add(bounds);
            if (capped && bounds.MostOutput is null)
            {
                errors.Add(new LineError(
                    Pricer.MaxTokensRequired,
                    lines[place].Line,
                    "What this request may cost has no bound, but something caps the cost of this batch: set the most tokens that its answer may have.",
                    "body.max_tokens"));
            }
        }

        return counted;
    }

    private async Task<ModelPrice?> FindPriceAsync(string model, int line, List<LineError> errors, CancellationToken cancellationToken)
    {
        ModelPrice? price = await pricer.FindAsync(model, cancellationToken);
        if (price is null)
        {
            errors.Add(new LineError(Pricer.ModelNotPriced, line, Pricer.NotPriced(LineError.Quote(model)), "body.model"));
        }

        return price;
    }

    private static (NewJob Job, TokenBounds Bounds)? Check(Line line, LineRules rules, ApiOptions limits, List<LineError> errors)
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
        if (errors.Count > before)
        {
            return null;
        }

        ReadOnlyMemory<byte> body = line.Content[request.Body];
        return (new NewJob(line.Number, request.CustomId.Value!, request.Url.Value!, body), TokenBounds.Of(request.Url.Value!, request.Facts, body.Length));
    }

    private static Findings NoFile(Batch batch) => Findings.Of(new LineError(
        "invalid_request",
        null,
        $"Cannot find file {LineError.Quote(batch.InputFileId)}, or organization {batch.TenantId} does not have access to it.",
        "file_id"));
}
