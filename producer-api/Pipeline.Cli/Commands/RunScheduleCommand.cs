using System.CommandLine;
using Pipeline.Cli.Api;

namespace Pipeline.Cli.Commands;

/// <summary><c>schedules run SCHEDULE</c>.</summary>
internal static class RunScheduleCommand
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    public static Command Create(CommandContext context)
    {
        Argument<string> id = SchedulesCommand.Argument();
        Command command = new("run", "Run a schedule now, also if it is paused; prints the batch's id.") { id };
        command.SetAction((arguments, cancellationToken) => context.RunAsync(async client =>
        {
            string schedule = arguments.GetRequiredValue(id);
            ScheduleRunView run = await client.RunScheduleAsync(schedule, cancellationToken);
            while (run.Status == "waiting")
            {
                await Task.Delay(Pause, context.Time, cancellationToken);
                run = await client.GetScheduleRunAsync(schedule, run.Id, cancellationToken);
            }

            context.Out.WriteLine(run.BatchId ?? throw new CliException(ExitCodes.NotCompleted, $"the run is {run.Status}: {run.Problem?.Message}"));
            return ExitCodes.Success;
        }));
        return command;
    }
}
