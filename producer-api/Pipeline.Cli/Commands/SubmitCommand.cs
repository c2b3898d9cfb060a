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
            Description = "A batch file (.jsonl), sent as it is; or documents: a .txt file, a folder of them, or a .jsonl of {\"id\",\"text\"}.",
        };
        Option<string> prompt = new("--prompt", "--instruction")
        {
            Description = "What to ask about each document; it comes before the document, with a blank line between.",
            DefaultValueFactory = _ => DefaultPrompt,
        };
        Option<string?> model = new("--model") { Description = "The model that answers; the first one that is served unless given." };
        Option<int> maxTokens = new("--max-tokens") { Description = "Longest answer, in tokens.", DefaultValueFactory = _ => 200 };
        Option<bool> watch = new("--watch") { Description = "Follow the batch to its end." };
        Option<decimal?> maxCost = new("--max-cost") { Description = "What the batch may cost, in the service's currency: it stops there, and keeps what is done." };
        Option<bool> estimate = new("--estimate") { Description = "Only say what it would cost; nothing is submitted." };
        Command command = new("submit", "Submit documents or a batch file; prints the batch's id.") { path, prompt, model, maxTokens, watch, maxCost, estimate };
        command.SetAction((arguments, cancellationToken) => context.RunAsync(async client =>
        {
            string file = arguments.GetRequiredValue(path);
            InputKind kind = DocumentSource.KindOf(file);
            using HttpContent content = kind == InputKind.BatchFile
                ? new StreamContent(File.OpenRead(file))
                : new BatchLinesContent(
                    DocumentSource.Read(file, kind),
                    arguments.GetValue(model) ?? await FirstModelAsync(client, cancellationToken),
                    arguments.GetRequiredValue(prompt),
                    arguments.GetValue(maxTokens));
            string name = Path.GetFileNameWithoutExtension(Path.TrimEndingDirectorySeparator(Path.GetFullPath(file))) + ".jsonl";
            string fileId = await client.UploadAsync(content, name, cancellationToken);
            if (arguments.GetValue(estimate))
            {
                return await EstimateAsync(context, client, fileId, DocumentSource.EndpointOf(file, kind), arguments.GetValue(maxCost), cancellationToken);
            }

            BatchView batch = await client.CreateBatchAsync(fileId, DocumentSource.EndpointOf(file, kind), arguments.GetValue(maxCost), cancellationToken);
            context.Out.WriteLine(batch.Id);
            return arguments.GetValue(watch)
                ? await new BatchWatcher(client, context.Console, context.Error, context.Time).WatchAsync(batch.Id, cancellationToken)
                : ExitCodes.Success;
        }));
        return command;
    }

    private static async Task<string> FirstModelAsync(PipelineClient client, CancellationToken cancellationToken)
    {
        ModelsView models = await client.GetModelsAsync(cancellationToken);
        return models.Data.Count > 0 ? models.Data[0].Id : throw new CliException(ExitCodes.Api, "the API serves no model");
    }

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
