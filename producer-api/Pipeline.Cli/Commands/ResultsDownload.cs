using System.Text;
using Pipeline.Cli.Api;
using Pipeline.Cli.Output;

namespace Pipeline.Cli.Commands;

/// <summary>The results of a batch that has ended: of documents as the API gives them, else its output or error file.</summary>
internal static class ResultsDownload
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Whether a file of that name is to be a table.</summary>
    public static bool IsTable(string path) => Path.GetExtension(path).Equals(".csv", StringComparison.OrdinalIgnoreCase);

    /// <summary>Writes them.</summary>
    /// <param name="client">The API.</param>
    /// <param name="context">Standard output.</param>
    /// <param name="id">The batch.</param>
    /// <param name="path">Where to; null for standard output.</param>
    /// <param name="asTable">Whether as CSV.</param>
    /// <param name="failed">The lines of the batch that failed, instead of its results.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CliException">It has not ended, or has none.</exception>
    public static async Task WriteAsync(PipelineClient client, CommandContext context, string id, string? path, bool asTable, bool failed, CancellationToken cancellationToken)
    {
        BatchView batch = await client.GetBatchAsync(id, cancellationToken);
        if (!batch.HasEnded)
        {
            throw new CliException(ExitCodes.NotCompleted, $"batch {id} is {batch.Status}; its results come when it has ended, or with --follow as they come");
        }

        if (!failed && await client.FindDocumentSetAsync(id, cancellationToken) is not null)
        {
            await WriteDocumentsAsync(client, context, id, path, asTable, cancellationToken);
            return;
        }

        string fileId = (failed ? batch.ErrorFileId : batch.OutputFileId)
            ?? throw new CliException(
                ExitCodes.NotCompleted,
                failed ? $"batch {id} ({batch.Status}) has no failed lines" : $"batch {id} ({batch.Status}) has no successful lines; see watch, or results --errors");
        await using ResultWriter writer = Open(path, context, asTable);
        await using Stream content = await client.OpenFileAsync(fileId, cancellationToken);
        using StreamReader lines = new(content);
        while (await lines.ReadLineAsync(cancellationToken) is { } line)
        {
            await writer.AddAsync(line);
        }
    }

    /// <summary>A writer of result lines to a file, or to standard output.</summary>
    public static ResultWriter Open(string? path, CommandContext context, bool asTable) => path is null
        ? new ResultWriter(() => context.Out, owned: false, asTable)
        : new ResultWriter(() => new StreamWriter(path, append: false, Utf8), owned: true, asTable);

    /// <summary>As they come: the API makes the table, which knows the schema.</summary>
    private static async Task WriteDocumentsAsync(PipelineClient client, CommandContext context, string id, string? path, bool asTable, CancellationToken cancellationToken)
    {
        await using Stream content = await client.OpenDocumentResultsAsync(id, asTable ? "csv" : "jsonl", cancellationToken);
        if (path is not null)
        {
            await using FileStream file = File.Create(path);
            await content.CopyToAsync(file, cancellationToken);
            return;
        }

        using StreamReader text = new(content, Utf8);
        char[] buffer = new char[16 << 10];
        while (await text.ReadAsync(buffer, cancellationToken) is int read and > 0)
        {
            await context.Out.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }
    }
}
