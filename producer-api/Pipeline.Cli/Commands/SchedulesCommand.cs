using System.CommandLine;

namespace Pipeline.Cli.Commands;

/// <summary><c>schedules ...</c>: batches that are submitted by the clock.</summary>
internal static class SchedulesCommand
{
    public static Command Create(CommandContext context) => new("schedules", "Batches that are submitted by the clock.")
    {
        CreateScheduleCommand.Create(context),
        ListSchedulesCommand.Create(context),
        ScheduleRunsCommand.Create(context),
        RunScheduleCommand.Create(context),
        ChangeScheduleCommand.Pause(context),
        ChangeScheduleCommand.Resume(context),
        ChangeScheduleCommand.Delete(context),
    };

    /// <summary>The schedule that a command is about.</summary>
    public static Argument<string> Argument() => new("SCHEDULE") { Description = "The schedule's id, as create printed it." };
}
