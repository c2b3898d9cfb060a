using System.CommandLine;
using Pipeline.Cli.Api;

namespace Pipeline.Cli.Commands;

/// <summary><c>schedules pause|resume|delete SCHEDULE</c>.</summary>
internal static class ChangeScheduleCommand
{
    public static Command Pause(CommandContext context) => Create(
        context, "pause", "Pause a schedule.", async (client, id, cancellationToken) => (await client.ChangeScheduleAsync(id, "pause", cancellationToken)).Status);

    public static Command Resume(CommandContext context) => Create(
        context, "resume", "Resume a schedule from now on.", async (client, id, cancellationToken) => (await client.ChangeScheduleAsync(id, "resume", cancellationToken)).Status);

    public static Command Delete(CommandContext context) => Create(
        context,
        "delete",
        "Delete a schedule; its batches stay.",
        async (client, id, cancellationToken) =>
        {
            await client.DeleteScheduleAsync(id, cancellationToken);
            return "deleted";
        });

    private static Command Create(CommandContext context, string name, string description, Func<PipelineClient, string, CancellationToken, Task<string>> change)
    {
        Argument<string> id = SchedulesCommand.Argument();
        Command command = new(name, description) { id };
        command.SetAction((arguments, cancellationToken) => context.RunAsync(async client =>
        {
            context.Out.WriteLine(await change(client, arguments.GetRequiredValue(id), cancellationToken));
            return ExitCodes.Success;
        }));
        return command;
    }
}
