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
        Command command = new("results", "Download the results of a batch that has ended.") { id, output, format, errors };
        command.SetAction((arguments, cancellationToken) => context.RunAsync(async client =>
        {
            string fileId = await FileOfAsync(client, arguments.GetRequiredValue(id), arguments.GetValue(errors), cancellationToken);
            await using Stream content = await client.OpenFileAsync(fileId, cancellationToken);
            using StreamReader lines = new(content);
            bool table = arguments.GetRequiredValue(format) == "csv";
            if (arguments.GetValue(output) is { } path)
            {
                await using StreamWriter file = new(path, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
                await WriteAsync(lines, file, table, cancellationToken);
            }
            else
            {
                await WriteAsync(lines, context.Out, table, cancellationToken);
            }

            return ExitCodes.Success;
        }));
        return command;
    }

    private static async Task<string> FileOfAsync(PipelineClient client, string id, bool errors, CancellationToken cancellationToken)
    {
        BatchView batch = await client.GetBatchAsync(id, cancellationToken);
        if (!batch.HasEnded)
        {
            throw new CliException(ExitCodes.NotCompleted, $"batch {id} is {batch.Status}; its results come when it has ended");
        }

        return (errors ? batch.ErrorFileId : batch.OutputFileId)
            ?? throw new CliException(
                ExitCodes.NotCompleted,
                errors ? $"batch {id} ({batch.Status}) has no failed lines" : $"batch {id} ({batch.Status}) has no successful lines; see watch, or results --errors");
    }

    private static async Task WriteAsync(StreamReader lines, TextWriter target, bool asTable, CancellationToken cancellationToken)
    {
        ResultTable table = new();
        while (await lines.ReadLineAsync(cancellationToken) is { } line)
        {
            if (asTable)
            {
                table.Add(line);
            }
            else
            {
                await target.WriteAsync($"{line}\n");
            }
        }

        if (asTable)
        {
            table.Write(target);
        }
    }
}
