using System.CommandLine;
using System.Text.Json;
using Pipeline.Cli.Api;
using Pipeline.Cli.Documents;

namespace Pipeline.Cli.Commands;

/// <summary><c>schedules create FILE</c>, or <c>schedules create --folder NAME</c>.</summary>
internal static class CreateScheduleCommand
{
    private static readonly Argument<string?> Path = new("FILE")
    {
        Description = "A batch file (.jsonl) that each run submits anew; {{run.date}}, {{run.previous_date}}, {{run.scheduled_at}} and {{run.id}} in it are replaced.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<string> Cron = new("--cron") { Description = "When: minute, hour, day, month, day of week, such as '30 2 * * *'.", Required = true };
    private static readonly Option<string> Zone = new("--time-zone") { Description = "The IANA time zone that is meant in, such as Europe/Berlin.", DefaultValueFactory = _ => "UTC" };
    private static readonly Option<string?> Name = new("--name") { Description = "What to call it; the file's or folder's name unless given." };
    private static readonly Option<string> Missed = new("--missed-runs") { Description = "What becomes of runs that were due while nothing ran: skip, run_once, run_all.", DefaultValueFactory = _ => "run_once" };
    private static readonly Option<string> Overlap = new("--overlap") { Description = "What becomes of a run that is due before the one before has ended: skip, queue, allow.", DefaultValueFactory = _ => "skip" };
    private static readonly Option<string> Window = new("--window") { Description = "How long each batch may take.", DefaultValueFactory = _ => "24h" };
    private static readonly Option<string?> Folder = new("--folder") { Description = "Instead of a file: a folder that the service may read, such as inbox/receipts. Each run takes the documents that are new." };
    private static readonly Option<string?> Prompt = new("--prompt") { Description = "With --folder: what to ask about each document, or a file with it." };
    private static readonly Option<string?> Schema = new("--schema") { Description = "With --folder: a file with the JSON schema of the answers." };
    private static readonly Option<string?> Model = new("--model") { Description = "With --folder: the model that answers; the first one that is served unless given." };

    public static Command Create(CommandContext context)
    {
        Command command = new("create", "Submit a batch file, or what is new in a folder, again and again; prints the schedule's id.")
        {
            Path, Cron, Zone, Name, Missed, Overlap, Window, Folder, Prompt, Schema, Model,
        };
        command.SetAction((arguments, cancellationToken) => context.RunAsync(async client =>
        {
            (string? file, string? folder) = (arguments.GetValue(Path), arguments.GetValue(Folder));
            if ((file is null) == (folder is null))
            {
                throw CliException.Usage("give a batch file, or --folder");
            }

            ScheduleView schedule = await client.CreateScheduleAsync(
                new
                {
                    name = arguments.GetValue(Name) ?? System.IO.Path.GetFileNameWithoutExtension(file ?? folder!),
                    cron = arguments.GetRequiredValue(Cron),
                    time_zone = arguments.GetRequiredValue(Zone),
                    missed_runs = arguments.GetRequiredValue(Missed),
                    overlap = arguments.GetRequiredValue(Overlap),
                    batch = file is null ? null : await BatchAsync(client, file, arguments.GetRequiredValue(Window), cancellationToken),
                    documents = folder is null ? null : await DocumentsAsync(client, folder, arguments, cancellationToken),
                },
                cancellationToken);
            context.Out.WriteLine(schedule.Id);
            return ExitCodes.Success;
        }));
        return command;
    }

    private static async Task<object> BatchAsync(PipelineClient client, string file, string window, CancellationToken cancellationToken)
    {
        if (DocumentSource.KindOf(file) != InputKind.BatchFile)
        {
            throw CliException.Usage($"{file} is no batch file");
        }

        using StreamContent content = new(File.OpenRead(file));
        string fileId = await client.UploadAsync(content, System.IO.Path.GetFileName(file), cancellationToken);
        return new { input_file_id = fileId, endpoint = DocumentSource.EndpointOf(file, InputKind.BatchFile), completion_window = window };
    }

    private static async Task<object> DocumentsAsync(PipelineClient client, string folder, ParseResult arguments, CancellationToken cancellationToken)
    {
        string prompt = arguments.GetValue(Prompt) ?? throw CliException.Usage("--folder needs --prompt");
        string? schema = arguments.GetValue(Schema);
        return new
        {
            folder,
            prompt = SubmitCommand.TextOrFile(prompt),
            schema = schema is null ? (JsonElement?)null : Parse(schema, await File.ReadAllTextAsync(schema, cancellationToken)),
            model = arguments.GetValue(Model) ?? await client.FirstModelAsync(cancellationToken),
            completion_window = arguments.GetRequiredValue(Window),
        };
    }

    private static JsonElement Parse(string path, string json)
    {
        try
        {
            return JsonElement.Parse(json);
        }
        catch (JsonException e)
        {
            throw CliException.Usage($"{path} is no JSON: {e.Message}");
        }
    }
}
