using System.CommandLine;
using Pipeline.Cli.Demo;

namespace Pipeline.Cli.Commands;

/// <summary>All commands, and the running of one.</summary>
internal static class CommandLine
{
    /// <returns>The exit code.</returns>
    public static Task<int> RunAsync(string[] args, CommandContext context)
    {
        RootCommand root = new($"A client of the Pipeline API at $PIPELINE_URL, with the key $PIPELINE_API_KEY. {ExitCodes.Help}")
        {
            SubmitCommand.Create(context),
            WatchCommand.Create(context),
            ResultsCommand.Create(context),
            CancelCommand.Create(context),
            RetryCommand.Create(context),
            UsageCommand.Create(context),
            SchedulesCommand.Create(context),
            KeysCommand.Create(context),
            DemoReportCommand.Create(context),
        };
        ParseResult arguments = root.Parse(args);
        if (arguments.Errors.Count == 0)
        {
            return arguments.InvokeAsync(new InvocationConfiguration { Output = context.Out, Error = context.Error });
        }

        string errors = string.Join(' ', arguments.Errors.SelectMany(error => error.Message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
        context.Error.WriteLine($"pipeline: {errors} (--help explains)");
        return Task.FromResult(ExitCodes.Usage);
    }
}
