using System.CommandLine;
using Pipeline.Cli.Api;
using Pipeline.Cli.Documents;

namespace Pipeline.Cli.Commands;

/// <summary><c>schedules create FILE</c>.</summary>
internal static class CreateScheduleCommand
{
    public static Command Create(CommandContext context)
    {
        Argument<string> path = new("FILE") { Description = "A batch file (.jsonl) that each run submits anew; {{run.date}}, {{run.previous_date}}, {{run.scheduled_at}} and {{run.id}} in it are replaced." };
        Option<string> cron = new("--cron") { Description = "When: minute, hour, day, month, day of week, such as '30 2 * * *'.", Required = true };
        Option<string> zone = new("--time-zone") { Description = "The IANA time zone that is meant in, such as Europe/Berlin.", DefaultValueFactory = _ => "UTC" };
        Option<string?> name = new("--name") { Description = "What to call it; the file's name unless given." };
        Option<string> missed = new("--missed-runs") { Description = "What becomes of runs that were due while nothing ran: skip, run_once, run_all.", DefaultValueFactory = _ => "run_once" };
        Option<string> overlap = new("--overlap") { Description = "What becomes of a run that is due before the one before has ended: skip, queue, allow.", DefaultValueFactory = _ => "skip" };
        Option<string> window = new("--window") { Description = "How long each batch may take.", DefaultValueFactory = _ => "24h" };
        Command command = new("create", "Submit a batch file again and again; prints the schedule's id.") { path, cron, zone, name, missed, overlap, window };
        command.SetAction((arguments, cancellationToken) => context.RunAsync(async client =>
        {
            string file = arguments.GetRequiredValue(path);
            if (DocumentSource.KindOf(file) != InputKind.BatchFile)
            {
                throw CliException.Usage($"{file} is no batch file");
            }

            using StreamContent content = new(File.OpenRead(file));
            string fileId = await client.UploadAsync(content, Path.GetFileName(file), cancellationToken);
            ScheduleView schedule = await client.CreateScheduleAsync(
                new
                {
                    name = arguments.GetValue(name) ?? Path.GetFileNameWithoutExtension(file),
                    cron = arguments.GetRequiredValue(cron),
                    time_zone = arguments.GetRequiredValue(zone),
                    missed_runs = arguments.GetRequiredValue(missed),
                    overlap = arguments.GetRequiredValue(overlap),
                    batch = new
                    {
                        input_file_id = fileId,
                        endpoint = DocumentSource.EndpointOf(file, InputKind.BatchFile),
                        completion_window = arguments.GetRequiredValue(window),
                    },
                },
                cancellationToken);
            context.Out.WriteLine(schedule.Id);
            return ExitCodes.Success;
        }));
        return command;
    }
}
