using System.CommandLine;
using Pipeline.Cli.Api;
using Pipeline.Cli.Documents;
using Pipeline.Cli.Output;

namespace Pipeline.Cli.Commands;

/// <summary><c>submit PATH</c>.</summary>
internal static class SubmitCommand
{
    private const string DefaultPrompt = "Extract the fields company, date, address and total from this receipt as JSON.";

    public static Command Create(CommandContext context)
    {
        Argument<string> path = new("PATH")
        {
            Description = "Documents: a folder, an archive or a file of any type that the API reads. Or lines (.jsonl): a batch file, sent as it is, or documents as {\"id\",\"text\"}.",
        };
        Option<string> prompt = new("--prompt", "--instruction")
        {
            Description = "What to ask about each document, or a file that says it; it comes before the document, with a blank line between.",
            DefaultValueFactory = _ => DefaultPrompt,
        };
        Option<string?> schema = new("--schema") { Description = "A file with a JSON schema that the answers are held to; its properties are the columns of a table." };
        Option<string?> model = new("--model") { Description = "The model that answers; the first one that is served unless given." };
        Option<int> maxTokens = new("--max-tokens") { Description = "Longest answer, in tokens.", DefaultValueFactory = _ => 200 };
        Option<bool> rows = new("--csv-rows") { Description = "Each row of a .csv file is a document." };
        Option<bool> watch = new("--watch") { Description = "Follow the batch to its end." };
        Option<string?> output = new("--output", "-o") { Description = "Follow the batch to its end, and write its results there: a table if the name ends in .csv, else lines." };
        Option<decimal?> maxCost = new("--max-cost") { Description = "What the batch may cost, in the service's currency: it stops there, and keeps what is done." };
        Option<bool> estimate = new("--estimate") { Description = "Only say what lines would cost; nothing is submitted." };
        Command command = new("submit", "Submit documents or a batch file; prints the batch's id.") { path, prompt, schema, model, maxTokens, rows, watch, output, maxCost, estimate };
        command.SetAction((arguments, cancellationToken) => context.RunAsync(async client =>
        {
            string file = arguments.GetRequiredValue(path);
            InputKind kind = DocumentSource.KindOf(file);
            Check(file, kind, arguments.GetValue(schema) is not null || arguments.GetValue(rows), arguments.GetValue(estimate));
            async Task<DocumentForm> FormAsync() => new(
                arguments.GetValue(model) ?? await client.FirstModelAsync(cancellationToken),
                TextOrFile(arguments.GetRequiredValue(prompt)),
                arguments.GetValue(schema) is { } schemaFile ? await File.ReadAllTextAsync(schemaFile, cancellationToken) : null,
                arguments.GetValue(maxTokens),
                arguments.GetValue(rows),
                arguments.GetValue(maxCost));
            string id;
            if (kind == InputKind.Files)
            {
                using MultipartFormDataContent form = (await FormAsync()).ToForm();
                DocumentFolder.AddTo(form, file);
                id = (await client.SubmitDocumentsAsync(form, cancellationToken)).Id;
            }
            else
            {
                using HttpContent content = kind == InputKind.BatchFile ? new StreamContent(File.OpenRead(file)) : new BatchLinesContent(DocumentSource.ReadLines(file), await FormAsync());
                string fileId = await client.UploadAsync(content, Path.GetFileNameWithoutExtension(Path.GetFullPath(file)) + ".jsonl", cancellationToken);
                string endpoint = DocumentSource.EndpointOf(file, kind);
                if (arguments.GetValue(estimate))
                {
                    return await EstimateAsync(context, client, fileId, endpoint, arguments.GetValue(maxCost), cancellationToken);
                }

                id = (await client.CreateBatchAsync(fileId, endpoint, arguments.GetValue(maxCost), cancellationToken)).Id;
            }

            context.Out.WriteLine(id);
            return await FollowAsync(context, client, id, arguments.GetValue(watch), arguments.GetValue(output), cancellationToken);
        }));
        return command;
    }

    private static void Check(string path, InputKind kind, bool isForFiles, bool estimate)
    {
        if (kind != InputKind.Files && isForFiles)
        {
            throw CliException.Usage($"{path} holds lines: --schema and --csv-rows are for files of documents");
        }

        if (kind == InputKind.Files && estimate)
        {
            throw CliException.Usage($"{path} holds documents, whose tokens are known when they have been read: --max-cost stops them where they would cost too much");
        }
    }

    /// <summary>Follows the batch to its end and writes its results, as far as that is asked for.</summary>
    private static async Task<int> FollowAsync(CommandContext context, PipelineClient client, string id, bool watch, string? output, CancellationToken cancellationToken)
    {
        if (!watch && output is null)
        {
            return ExitCodes.Success;
        }

        int code = await new BatchWatcher(client, context.Console, context.Error, context.Time).WatchAsync(id, cancellationToken);
        if (output is not null)
        {
            await ResultsDownload.WriteAsync(client, context, id, output, asTable: ResultsDownload.IsTable(output), failed: false, cancellationToken);
        }

        return code;
    }

    /// <summary>What a file of that name says, or where there is none, the words themselves.</summary>
    public static string TextOrFile(string value) => File.Exists(value) ? File.ReadAllText(value).Trim() : value;

    private static async Task<int> EstimateAsync(
        CommandContext context, PipelineClient client, string fileId, string endpoint, decimal? maxCost, CancellationToken cancellationToken)
    {
        EstimateReplyView reply = await client.EstimateAsync(fileId, endpoint, maxCost, cancellationToken);
        await client.DeleteFileAsync(fileId, cancellationToken);
        if (reply.Estimate is { } found)
        {
            MoneyText.Write(context.Out, [("model", reply.Model ?? ""), .. MoneyText.Of(found)]);
            return ExitCodes.Success;
        }

        ErrorList.Write(context.Error, reply.Errors?.Data ?? []);
        return ExitCodes.NotCompleted;
    }
}
