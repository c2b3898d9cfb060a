using System.CommandLine;
using Pipeline.Cli.Api;

namespace Pipeline.Cli.Commands;

/// <summary><c>cancel BATCH</c>.</summary>
internal static class CancelCommand
{
    public static Command Create(CommandContext context)
    {
        Argument<string> id = BatchArgument.Create();
        Command command = new("cancel", "Cancel a batch; what is done stays in its results.") { id };
        command.SetAction((arguments, cancellationToken) => context.RunAsync(async client =>
        {
            BatchView batch = await client.CancelBatchAsync(arguments.GetRequiredValue(id), cancellationToken);
            context.Out.WriteLine(batch.Status);
            return ExitCodes.Success;
        }));
        return command;
    }
}
