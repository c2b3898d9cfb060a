using System.Text.Json;

namespace Pipeline.Cli.Documents;

/// <summary>What a path on the command line holds.</summary>
internal enum InputKind
{
    /// <summary>Lines as the API takes them: sent as they are.</summary>
    BatchFile,

    /// <summary>Lines <c>{"id","text"}</c>, with <c>"instruction"</c> and <c>"fields"</c> where they are known.</summary>
    DocumentLines,

    /// <summary>A document, an archive of them, or a folder: for the API to read.</summary>
    Files,
}

/// <summary>Finds documents.</summary>
internal static class DocumentSource
{
    /// <summary>Files with these are lines; all others are documents.</summary>
    private static readonly string[] LineExtensions = [".jsonl", ".ndjson", ".json", ""];

    public static InputKind KindOf(string path)
    {
        if (Directory.Exists(path))
        {
            return InputKind.Files;
        }

        if (!File.Exists(path))
        {
            throw CliException.Usage($"{path}: no such file or folder");
        }

        if (!LineExtensions.Contains(Path.GetExtension(path).ToLowerInvariant()))
        {
            return InputKind.Files;
        }

        // A line that is no JSON is sent too: the API's validation names it by its number.
        string? first = File.ReadLines(path).FirstOrDefault(line => !string.IsNullOrWhiteSpace(line));
        return first is not null && IsDocument(first) ? InputKind.DocumentLines : InputKind.BatchFile;
    }

    /// <summary>The endpoint that a batch file is for, by its first line; that of chats where the line does not say.</summary>
    public static string EndpointOf(string path, InputKind kind)
    {
        string? first = kind == InputKind.BatchFile ? File.ReadLines(path).FirstOrDefault(line => !string.IsNullOrWhiteSpace(line)) : null;
        try
        {
            using JsonDocument? json = first is null ? null : JsonDocument.Parse(first.TrimStart('\uFEFF'));
            return json?.RootElement is { ValueKind: JsonValueKind.Object } line && line.TryGetProperty("url", out JsonElement url) && url.ValueKind == JsonValueKind.String
                ? url.GetString()!
                : BatchLinesContent.Endpoint;
        }
        catch (JsonException)
        {
            return BatchLinesContent.Endpoint; // The API's validation names the line.
        }
    }

    /// <summary>The documents of <see cref="InputKind.DocumentLines"/>, one in memory at a time.</summary>
    public static IEnumerable<Document> ReadLines(string path)
    {
        int number = 0;
        foreach (string line in File.ReadLines(path))
        {
            number++;
            if (!string.IsNullOrWhiteSpace(line))
            {
                yield return Parse(line) ?? throw CliException.Usage($"{path}, line {number}: not {{\"id\": ..., \"text\": ...}}");
            }
        }
    }

    private static Dictionary<string, string?> Fields(JsonElement fields) =>
        fields.EnumerateObject().ToDictionary(field => field.Name, field => field.Value.ValueKind == JsonValueKind.Null ? null : field.Value.ToString());

    private static bool IsDocument(string line) => Parse(line) is not null;

    private static Document? Parse(string line)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(line);
            return json.RootElement is { ValueKind: JsonValueKind.Object } root
                && root.TryGetProperty("id", out JsonElement id)
                && root.TryGetProperty("text", out JsonElement text) && text.ValueKind == JsonValueKind.String
                ? new Document(
                    id.ToString(),
                    text.GetString()!,
                    root.TryGetProperty("instruction", out JsonElement instruction) ? instruction.ToString() : null,
                    root.TryGetProperty("fields", out JsonElement fields) && fields.ValueKind == JsonValueKind.Object ? Fields(fields) : null)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
