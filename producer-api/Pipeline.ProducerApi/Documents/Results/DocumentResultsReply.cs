using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Npgsql;
using Pipeline.Data.Documents;
using Pipeline.Data.Entities;
using Pipeline.Data.States;

namespace Pipeline.ProducerApi.Documents.Results;

/// <summary>Answers with the results of a set, a line for each document in the order of the upload, holding some of them in memory.</summary>
internal sealed class DocumentResultsReply(NpgsqlDataSource dataSource, IOptions<JsonOptions> json)
{
    public const string LinesType = "application/x-ndjson";

    public const string TableType = "text/csv";

    private const int FlushAfter = 64 << 10;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>As JSON Lines.</summary>
    public Task WriteLinesAsync(HttpContext context, DocumentSet set, Batch batch) => WriteAsync(
        context, set, batch, LinesType, "jsonl", header: "", line => JsonSerializer.Serialize(line, json.Value.SerializerOptions) + "\n");

    /// <summary>As CSV.</summary>
    public Task WriteTableAsync(HttpContext context, DocumentSet set, Batch batch)
    {
        DocumentTable table = new(set.Schema);
        return WriteAsync(context, set, batch, $"{TableType}; charset=utf-8", "csv", table.Header, table.Row);
    }

    private async Task WriteAsync(
        HttpContext context, DocumentSet set, Batch batch, string contentType, string extension, string header, Func<DocumentLine, string> write)
    {
        CancellationToken cancellationToken = context.RequestAborted;
        context.Response.ContentType = contentType;
        ContentDispositionHeaderValue disposition = new("attachment");
        disposition.SetHttpFileName($"{set.BatchId}.{extension}");
        context.Response.Headers.ContentDisposition = disposition.ToString();
        context.Response.BodyWriter.Write(Utf8.GetBytes(header));
        await foreach (DocumentResult document in DocumentResults.ReadAsync(dataSource, set.BatchId, cancellationToken))
        {
            context.Response.BodyWriter.Write(Utf8.GetBytes(write(DocumentLine.Of(document, set.Schema is not null, batch.Status.IsFinal()))));
            if (context.Response.BodyWriter.UnflushedBytes > FlushAfter)
            {
                await context.Response.BodyWriter.FlushAsync(cancellationToken);
            }
        }

        await context.Response.BodyWriter.FlushAsync(cancellationToken);
    }
}
