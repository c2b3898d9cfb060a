using System.CommandLine;
using Pipeline.Cli.Api;
using Pipeline.Cli.Output;

namespace Pipeline.Cli.Commands;

/// <summary><c>schedules runs SCHEDULE</c>.</summary>
internal static class ScheduleRunsCommand
{
    public static Command Create(CommandContext context)
    {
        Argument<string> id = SchedulesCommand.Argument();
        Command command = new("runs", "List a schedule's runs, newest first: time, status, batch and its status, or why there is none.") { id };
        command.SetAction((arguments, cancellationToken) => context.RunAsync(async client =>
        {
            string path = $"v1/schedules/{Uri.EscapeDataString(arguments.GetRequiredValue(id))}/runs";
            await foreach (ScheduleRunView run in client.ListAsync<ScheduleRunView>(path, cancellationToken))
            {
                string outcome = run.Problem?.Message ?? $"{run.BatchId ?? "-"}  {run.BatchStatus ?? ""}";
                context.Out.WriteLine($"{UtcTime.Of(run.ScheduledAt)}  {run.Status,-7}  {outcome}".TrimEnd());
            }

            return ExitCodes.Success;
        }));
        return command;
    }
}
