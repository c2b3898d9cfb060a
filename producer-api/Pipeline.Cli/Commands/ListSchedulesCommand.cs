using System.CommandLine;
using Pipeline.Cli.Api;
using Pipeline.Cli.Output;

namespace Pipeline.Cli.Commands;

/// <summary><c>schedules list</c>.</summary>
internal static class ListSchedulesCommand
{
    public static Command Create(CommandContext context)
    {
        Command command = new("list", "List schedules, newest first: id, status, next run, cron, time zone, name.");
        command.SetAction((_, cancellationToken) => context.RunAsync(async client =>
        {
            await foreach (ScheduleView schedule in client.ListAsync<ScheduleView>("v1/schedules", cancellationToken))
            {
                string next = schedule.NextRuns.Count > 0 ? UtcTime.Of(schedule.NextRuns[0]) : "-";
                context.Out.WriteLine($"{schedule.Id}  {schedule.Status,-6}  {next,-20}  {schedule.Cron}  {schedule.TimeZone}  {schedule.Name}");
            }

            return ExitCodes.Success;
        }));
        return command;
    }
}
