using System.CommandLine;
using Pipeline.Cli.Api;

namespace Pipeline.Cli.Commands;

/// <summary><c>retry BATCH</c>.</summary>
internal static class RetryCommand
{
    public static Command Create(CommandContext context)
    {
        Argument<string> id = BatchArgument.Create();
        Option<decimal?> maxCost = new("--max-cost") { Description = "What the batch may cost from now on, in the service's currency; as before unless given." };
        Command command = new("retry", "Run the failed, cancelled and expired lines of a batch again; what is done is kept.") { id, maxCost };
        command.SetAction((arguments, cancellationToken) => context.RunAsync(async client =>
        {
            BatchView batch = await client.RetryBatchAsync(arguments.GetRequiredValue(id), arguments.GetValue(maxCost), cancellationToken);
            context.Out.WriteLine(batch.Status);
            return ExitCodes.Success;
        }));
        return command;
    }
}
