using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Npgsql;
using Pipeline.Data.Batches;
using Pipeline.Data.Entities;
using Pipeline.Data.States;
using Pipeline.ProducerApi.Batches.Finalizing;
using Pipeline.ProducerApi.Batches.Progress;
using Microsoft.Extensions.Options;

namespace Pipeline.ProducerApi.Batches.Results;

/// <summary>
/// Answers with the results of a batch as they come, in the order in which its lines end: a page as JSON, or all there are as a
/// line each. Every line carries the cursor after which to go on.
/// </summary>
internal sealed class ResultsReply(NpgsqlDataSource dataSource, ProgressFeed feed, IOptions<ApiOptions> options)
{
    public const string LinesType = "application/x-ndjson";

    private const int LinesAtOnce = 256;

    private static readonly byte[] Heartbeat = "\n"u8.ToArray();

    /// <summary>A page: <c>data</c>, the cursor after it, and whether more lines have ended already.</summary>
    public async Task WritePageAsync(HttpContext context, Batch batch, ResultsQuery query)
    {
        EndedJobsPage page = await EndedJobs.PageAsync(dataSource, batch.Id, query.After, query.Limit, query.WithInput, context.RequestAborted);
        context.Response.ContentType = "application/json; charset=utf-8";
        await using Utf8JsonWriter json = new(context.Response.BodyWriter);
        using ResultLine line = new();
        json.WriteStartObject();
        json.WriteString("object"u8, "list");
        json.WriteStartArray("data"u8);
        foreach (EndedJob job in page.Jobs)
        {
            json.WriteRawValue(line.Write(batch.Id, job).Span[..^1], skipInputValidation: true);
        }

        json.WriteEndArray();
        json.WriteString("next_cursor"u8, page.Last.ToString(CultureInfo.InvariantCulture));
        json.WriteBoolean("has_more"u8, page.HasMore);
        json.WriteString("batch_status"u8, batch.Status.ToName());
        json.WriteEndObject();
        await json.FlushAsync(context.RequestAborted);
    }

    /// <summary>
    /// All lines that have ended, one after the other, holding some of them in memory and no connection to the database while
    /// the reader takes its time. With <see cref="ResultsQuery.Follow"/>, also those that end from now on, until the batch has
    /// ended; where nothing happens for a while, an empty line.
    /// </summary>
    public async Task WriteLinesAsync(HttpContext context, Batch batch, ResultsQuery query)
    {
        context.Response.ContentType = LinesType;
        context.Response.Headers["X-Accel-Buffering"] = "no";
        using ResultLine line = new();
        int last = await WriteEndedAsync(context, line, batch.Id, query, query.After);
        if (!query.Follow)
        {
            return;
        }

        TimeSpan patience = TimeSpan.FromSeconds(options.Value.HeartbeatSeconds);
        await foreach (BatchProgress? progress in feed.FollowAsync(batch.Id, patience, context.RequestAborted))
        {
            if (progress is null)
            {
                await context.Response.Body.WriteAsync(Heartbeat, context.RequestAborted);
            }
            else
            {
                // What had ended when the batch was seen at its end is read after that: nothing is missed.
                last = await WriteEndedAsync(context, line, batch.Id, query, last);
            }

            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
    }

    private async Task<int> WriteEndedAsync(HttpContext context, ResultLine line, string batchId, ResultsQuery query, int after)
    {
        EndedJobsPage page;
        do
        {
            page = await EndedJobs.PageAsync(dataSource, batchId, after, LinesAtOnce, query.WithInput, context.RequestAborted);
            foreach (EndedJob job in page.Jobs)
            {
                context.Response.BodyWriter.Write(line.Write(batchId, job).Span);
                if (context.Response.BodyWriter.UnflushedBytes > 64 << 10)
                {
                    await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
                }
            }

            after = page.Last;
            await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
        }
        while (page.HasMore);
        return after;
    }
}
