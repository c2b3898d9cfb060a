using System.CommandLine;
using Pipeline.Cli.Output;

namespace Pipeline.Cli.Commands;

/// <summary><c>watch BATCH</c>.</summary>
internal static class WatchCommand
{
    public static Command Create(CommandContext context)
    {
        Argument<string> id = BatchArgument.Create();
        Command command = new("watch", "Follow a batch to its end; succeeds only if it completes.") { id };
        command.SetAction((arguments, cancellationToken) => context.RunAsync(client =>
            new BatchWatcher(client, context.Console, context.Error, context.Time).WatchAsync(arguments.GetRequiredValue(id), cancellationToken)));
        return command;
    }
}
