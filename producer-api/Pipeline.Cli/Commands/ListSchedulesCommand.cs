using System.CommandLine;
using System.Globalization;
using Pipeline.Cli.Api;

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
                string next = schedule.NextRuns.Count > 0 ? Time(schedule.NextRuns[0]) : "-";
                context.Out.WriteLine($"{schedule.Id}  {schedule.Status,-6}  {next,-20}  {schedule.Cron}  {schedule.TimeZone}  {schedule.Name}");
            }

            return ExitCodes.Success;
        }));
        return command;
    }

    /// <summary>Seconds since 1970 as a time of UTC.</summary>
    public static string Time(long unix) => DateTimeOffset.FromUnixTimeSeconds(unix).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
