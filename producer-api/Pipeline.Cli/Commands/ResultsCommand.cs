using System.CommandLine;
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
        Option<string> format = new("--format") { Description = "jsonl, as the API gives them, or csv with a column per extracted field. Of documents there is a line each.", DefaultValueFactory = _ => "jsonl" };
        format.AcceptOnlyFromAmong("jsonl", "csv");
        Option<bool> errors = new("--errors") { Description = "The lines that failed, instead of those that succeeded." };
        Option<bool> follow = new("--follow", "-f") { Description = "Each line as it ends, until the batch has ended; succeeds only if it completes." };
        Option<bool> input = new("--input") { Description = "With --follow: each line with the one that asked." };
        Command command = new("results", "Download the results of a batch that has ended, or with --follow as they come.") { id, output, format, errors, follow, input };
        command.SetAction((arguments, cancellationToken) => context.RunAsync(async client =>
        {
            string batch = arguments.GetRequiredValue(id);
            bool failed = arguments.GetValue(errors);
            bool asTable = arguments.GetRequiredValue(format) == "csv";
            if (!arguments.GetValue(follow))
            {
                await ResultsDownload.WriteAsync(client, context, batch, arguments.GetValue(output), asTable, failed, cancellationToken);
                return ExitCodes.Success;
            }

            await using ResultWriter writer = ResultsDownload.Open(arguments.GetValue(output), context, asTable);
            await new FollowedResults(client, context.Time).ReadAsync(batch, failed, arguments.GetValue(input), writer.AddAsync, cancellationToken);
            return (await client.GetBatchAsync(batch, cancellationToken)).Status == "completed" ? ExitCodes.Success : ExitCodes.NotCompleted;
        }));
        return command;
    }
}
