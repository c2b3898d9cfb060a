using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.Data.Keys;
using Pipeline.Documents;
using Pipeline.ProducerApi.Documents.Results;
using Pipeline.ProducerApi.Errors;
using Pipeline.ProducerApi.Files;
using Pipeline.ProducerApi.Http;
using Pipeline.ProducerApi.Idempotency;
using Pipeline.ProducerApi.Keys;

namespace Pipeline.ProducerApi.Documents;

/// <summary><c>/v1/documents</c>, an addition to OpenAI's API.</summary>
internal static class DocumentEndpoints
{
    private const int LongestPage = 100;

    public static void MapDocuments(this IEndpointRouteBuilder v1, DocumentOptions options)
    {
        RouteGroupBuilder documents = v1.MapGroup("/documents").WithTags("Documents").RequireScope(KeyScopes.DocumentsRead, KeyScopes.DocumentsWrite);
        documents.MapPost("", CreateAsync)
            .WithMetadata(new RequestSizeLimitAttribute(options.MaxUploadBytes + (16 << 20)))
            .RequireRateLimiting(FileExtensions.UploadLimit)
            .WithUploadsForm("prompt", "model", "schema", "max_tokens", "csv", "completion_window", "priority", "max_cost", "metadata", "webhook")
            .WithSummary("Ask the same of many documents")
            .WithDescription(
                $"Any number of files, each a part of its own under any name such as `files`: {DocumentFormats.Names}. Each document of an archive, and each attachment, is a document of its own; "
                + "with `csv=rows` so is each row of a table. The documents become one batch, whose id this set has: what is longer than the model's context is "
                + "split, and the answers to its parts are merged. `prompt` comes before each document's text, `schema` is a JSON schema that the answers are held to, `max_tokens` their longest length (256). "
                + "All fields of a batch's create are taken too, objects as JSON.");
        documents.MapGet("", ListAsync).WithSummary("List document sets, newest first");
        documents.MapGet("/{id}", GetAsync).WithSummary("Retrieve a document set: how far it is, and what could not be read");
        documents.MapGet("/{id}/results", ResultsAsync)
            .Produces<object>(StatusCodes.Status200OK, DocumentResultsReply.LinesType, DocumentResultsReply.TableType)
            .WithSummary("Results of a document set, also while it runs")
            .WithDescription(
                "A line for each document in the order of the upload, unreadable ones included: `format=jsonl`, or `csv` with a column for each property of the schema. In CSV, a cell that a spreadsheet "
                + "would take for a formula has an apostrophe before it.");
    }

    private static async Task<Ok<DocumentSetObject>> CreateAsync(HttpRequest request, Caller caller, DocumentIntake intake, DocumentForm form, CancellationToken cancellationToken)
    {
        string? key = IdempotentRequest.KeyOf(request);
        MultipartForm parts = MultipartForm.Of(request);
        Dictionary<string, string> fields = new(StringComparer.Ordinal);
        await using DocumentSubmission submission = await intake.BeginAsync(caller, cancellationToken);
        while (await parts.NextAsync(cancellationToken) is { } part)
        {
            // A prompt or a schema may come as a file, and is none of the documents.
            if (part.Filename is { } name && part.Name is not ("prompt" or "schema"))
            {
                await submission.AddAsync(name, part.ReadAsync, cancellationToken);
            }
            else
            {
                fields[part.Name] = await part.ReadTextAsync(DocumentForm.LongestField, cancellationToken);
            }
        }

        return TypedResults.Ok(await submission.CompleteAsync(form.Parse(fields), key, cancellationToken));
    }

    private static async Task<Ok<ListReply<DocumentSetObject>>> ListAsync(
        Caller caller, PipelineDbContext context, CancellationToken cancellationToken, string? after = null, int limit = 20)
    {
        Paging.Check(limit, LongestPage);
        List<DocumentSet> rows = await context.PageOfDocumentSetsAsync(caller, after, limit, cancellationToken);
        IReadOnlyList<DocumentSetObject> sets = await context.DescribeAsync(rows, cancellationToken);
        return TypedResults.Ok(ListReply<DocumentSetObject>.Of(sets, limit, set => set, set => set.Id));
    }

    private static async Task<Ok<DocumentSetObject>> GetAsync(string id, Caller caller, PipelineDbContext context, CancellationToken cancellationToken)
    {
        (DocumentSet set, _) = await context.GetDocumentSetAsync(caller, id, cancellationToken);
        return TypedResults.Ok((await context.DescribeAsync([set], cancellationToken))[0]);
    }

    private static async Task ResultsAsync(string id, HttpContext http, Caller caller, PipelineDbContext context, DocumentResultsReply reply, string format = "jsonl")
    {
        if (format is not ("jsonl" or "csv"))
        {
            throw RequestException.Invalid($"Invalid value: '{format}'. Supported values are: 'jsonl' and 'csv'.", "format", "invalid_value");
        }

        (DocumentSet set, Batch batch) = await context.GetDocumentSetAsync(caller, id, http.RequestAborted);
        await (format == "csv" ? reply.WriteTableAsync(http, set, batch) : reply.WriteLinesAsync(http, set, batch));
    }
}
