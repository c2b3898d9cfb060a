using System.CommandLine;
using System.Text;
using Pipeline.Cli.Api;
using Pipeline.Cli.Output;

namespace Pipeline.Cli.Commands;

/// <summary><c>results BATCH</c>.</summary>
internal static class ResultsCommand
{
    public static Command Create(CommandContext context)
    {
        Argument<string> id = BatchArgument.Create();
        Option<string?> output = new("--output", "-o") { Description = "Where to write; standard output unless given." };
        Option<string> format = new("--format") { Description = "jsonl, as the API gives them, or csv with a column per extracted field.", DefaultValueFactory = _ => "jsonl" };
        format.AcceptOnlyFromAmong("jsonl", "csv");
        Option<bool> errors = new("--errors") { Description = "The lines that failed, instead of those that succeeded." };
        Option<bool> follow = new("--follow", "-f") { Description = "Each line as it ends, until the batch has ended; succeeds only if it completes." };
        Option<bool> input = new("--input") { Description = "With --follow: each line with the one that asked." };
        Command command = new("results", "Download the results of a batch that has ended, or with --follow as they come.") { id, output, format, errors, follow, input };
        command.SetAction((arguments, cancellationToken) => context.RunAsync(async client =>
        {
            string batch = arguments.GetRequiredValue(id);
            bool failed = arguments.GetValue(errors);
            await using ResultWriter writer = Open(arguments.GetValue(output), context, arguments.GetRequiredValue(format) == "csv");
            if (!arguments.GetValue(follow))
            {
                await DownloadAsync(client, batch, failed, writer, cancellationToken);
                return ExitCodes.Success;
            }

            await new FollowedResults(client, context.Time).ReadAsync(batch, failed, arguments.GetValue(input), writer.AddAsync, cancellationToken);
            return (await client.GetBatchAsync(batch, cancellationToken)).Status == "completed" ? ExitCodes.Success : ExitCodes.NotCompleted;
        }));
        return command;
    }

    private static ResultWriter Open(string? path, CommandContext context, bool asTable) => path is null
        ? new ResultWriter(() => context.Out, owned: false, asTable)
        : new ResultWriter(() => new StreamWriter(path, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)), owned: true, asTable);

    private static async Task DownloadAsync(PipelineClient client, string id, bool errors, ResultWriter writer, CancellationToken cancellationToken)
    {
        string fileId = await FileOfAsync(client, id, errors, cancellationToken);
        await using Stream content = await client.OpenFileAsync(fileId, cancellationToken);
        using StreamReader lines = new(content);
        while (await lines.ReadLineAsync(cancellationToken) is { } line)
        {
            await writer.AddAsync(line);
        }
    }

    private static async Task<string> FileOfAsync(PipelineClient client, string id, bool errors, CancellationToken cancellationToken)
    {
        BatchView batch = await client.GetBatchAsync(id, cancellationToken);
        if (!batch.HasEnded)
        {
            throw new CliException(ExitCodes.NotCompleted, $"batch {id} is {batch.Status}; its results come when it has ended, or with --follow as they come");
        }

        return (errors ? batch.ErrorFileId : batch.OutputFileId)
            ?? throw new CliException(
                ExitCodes.NotCompleted,
                errors ? $"batch {id} ({batch.Status}) has no failed lines" : $"batch {id} ({batch.Status}) has no successful lines; see watch, or results --errors");
    }
}
