using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Data.Entities;
using Pipeline.Data.Schedules;
using Pipeline.Data.States;
using Pipeline.ProducerApi.Batches;
using Pipeline.ProducerApi.Documents;
using Pipeline.ProducerApi.Errors;
using Pipeline.ProducerApi.Http;

namespace Pipeline.ProducerApi.Schedules;

/// <summary>Reads the fields of a schedule from a request into its row.</summary>
internal static class ScheduleFields
{
    public const string Batch = "batch";
    public const string InputFile = Batch + ".input_file_id";
    public const string Documents = "documents";
    public const string Folder = Documents + ".folder";

    private const int LongestName = 200, LongestCron = 100;
    private const int MostMadeUpFor = 100;

    /// <summary>Changes what the body names, and checks the whole.</summary>
    /// <exception cref="RequestException">Something cannot be.</exception>
    public static void Apply(JsonElement body, Schedule schedule, DocumentForm form, DateTimeOffset now)
    {
        schedule.Name = Text(body, "name", LongestName) ?? schedule.Name;
        schedule.MissedRuns = Word(body, "missed_runs", ScheduleWords.MissedRuns) ?? schedule.MissedRuns;
        schedule.MissedRunsLimit = body.OptionalInteger("missed_runs_limit", "missed_runs_limit", 1, MostMadeUpFor) ?? schedule.MissedRunsLimit;
        schedule.Overlap = Word(body, "overlap", ScheduleWords.Overlaps) ?? schedule.Overlap;
        if (schedule is { MissedRuns: MissedRuns.RunAll, Overlap: Overlap.Skip })
        {
            throw RequestException.Invalid(
                "Invalid 'missed_runs': with 'run_all' the runs that are made up for come at once, of which an 'overlap' of 'skip' would leave one. Use 'queue' or 'allow'.",
                "missed_runs",
                "invalid_value");
        }

        ApplyTimes(body, schedule, now);
        ApplyInput(body, schedule, form);
    }

    /// <summary>Whether the body says what runs work on.</summary>
    public static bool HasInput(JsonElement body) => body.Find(Batch) is not null || body.Find(Documents) is not null;

    /// <summary>The create that a run makes.</summary>
    /// <exception cref="RequestException">It is none.</exception>
    public static CreateBatchRequest ReadBatch(JsonElement batch)
    {
        if (batch.ValueKind != JsonValueKind.Object)
        {
            throw RequestException.WrongType(Batch, "an object", JsonFields.Describe(batch));
        }

        try
        {
            return CreateBatchRequest.Parse(batch);
        }
        catch (RequestException e)
        {
            throw e.Within(Batch);
        }
    }

    /// <summary>The submission that a run makes of a folder's new documents.</summary>
    /// <exception cref="RequestException">It is none.</exception>
    public static DocumentTask ReadDocuments(JsonElement documents, DocumentForm form)
    {
        if (documents.ValueKind != JsonValueKind.Object)
        {
            throw RequestException.WrongType(Documents, "an object", JsonFields.Describe(documents));
        }

        try
        {
            JsonObject fields = JsonObject.Create(documents.Clone())!;
            fields.Remove("folder");
            return form.Parse(fields);
        }
        catch (RequestException e)
        {
            throw e.Within(Documents);
        }
    }

    /// <summary>The name of the folder, as <see cref="Folders.FolderDirectory"/> finds it.</summary>
    public static string FolderOf(JsonElement documents) => (documents.Find("folder") ?? throw RequestException.MissingParameter(Folder)).AsText(Folder);

    private static void ApplyInput(JsonElement body, Schedule schedule, DocumentForm form)
    {
        JsonElement? batch = body.Find(Batch), documents = body.Find(Documents);
        if (batch is not null && documents is not null)
        {
            throw RequestException.Invalid($"A schedule submits '{Batch}', or '{Documents}' of a folder, not both.", Documents, "invalid_value");
        }

        if (batch is { } asBatch)
        {
            schedule.InputFileId = ReadBatch(asBatch).InputFileId;
            (schedule.Batch, schedule.Documents) = (asBatch.GetRawText(), null);
        }
        else if (documents is { } asDocuments)
        {
            ReadDocuments(asDocuments, form);
            _ = FolderOf(asDocuments);
            (schedule.Batch, schedule.InputFileId, schedule.Documents) = (null, null, asDocuments.GetRawText());
        }
    }

    private static void ApplyTimes(JsonElement body, Schedule schedule, DateTimeOffset now)
    {
        string cron = Text(body, "cron", LongestCron) ?? schedule.Cron;
        string zone = Text(body, "time_zone", LongestName) ?? schedule.TimeZone;
        if (cron == schedule.Cron && zone == schedule.TimeZone)
        {
            return;
        }

        Recurrence recurrence = Read(cron, zone);
        schedule.NextRunAt = recurrence.After(now)
            ?? throw RequestException.Invalid($"Invalid 'cron': '{cron}' names a time that never comes.", "cron", "invalid_value");
        (schedule.Cron, schedule.TimeZone) = (cron, zone);
    }

    private static Recurrence Read(string cron, string zone)
    {
        try
        {
            return Recurrence.Parse(cron, zone);
        }
        catch (FormatException e)
        {
            throw RequestException.Invalid($"Invalid 'cron': expected five fields (minute, hour, day, month, day of week), but got '{cron}'. {e.Message}", "cron", "invalid_value");
        }
        catch (TimeZoneNotFoundException e)
        {
            throw RequestException.Invalid($"Invalid 'time_zone': {e.Message} Expected a name such as 'Europe/Berlin'.", "time_zone", "invalid_value");
        }
    }

    private static string? Text(JsonElement body, string name, int most) => body.OptionalString(name) switch
    {
        null => null,
        "" => throw RequestException.Invalid($"Invalid '{name}': empty string.", name, "empty_string"),
        { } text when text.Length > most => throw RequestException.Invalid(
            $"Invalid '{name}': string too long. Expected a string with maximum length {most}, but got a string with length {text.Length} instead.", name, "string_above_max_length"),
        { } text => text,
    };

    private static T? Word<T>(JsonElement body, string name, IReadOnlyDictionary<string, T> words)
        where T : struct, Enum => body.OptionalString(name) switch
        {
            null => null,
            { } word when words.TryGetValue(word, out T value) => value,
            { } word => throw RequestException.Invalid(
                $"Invalid value: '{word}'. Supported values are: {string.Join(", ", words.Keys.Select(known => $"'{known}'"))}.", name, "invalid_value"),
        };
}
