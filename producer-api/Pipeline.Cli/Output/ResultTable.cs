using System.Globalization;
using System.Text.Json;

namespace Pipeline.Cli.Output;

/// <summary>
/// Output lines as CSV (RFC 4180): one row per line; where the answers are JSON objects, one column per field, and
/// <c>content</c> holds those that are not.
/// </summary>
internal sealed class ResultTable
{
    private readonly List<string> _fields = [];
    private readonly List<Row> _rows = [];

    /// <summary>Adds a line of an output or error file.</summary>
    public void Add(string line)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        JsonElement root = document.RootElement;
        JsonElement response = root.GetProperty("response");
        bool answered = response.ValueKind == JsonValueKind.Object;
        JsonElement body = answered ? response.GetProperty("body") : default;
        string? content = AnswerText.Of(body);
        Dictionary<string, string>? fields = content is null ? null : Fields(content);
        foreach (string name in fields?.Keys.Except(_fields) ?? [])
        {
            _fields.Add(name);
        }

        _rows.Add(new Row(
            root.GetProperty("custom_id").GetString()!,
            answered ? response.GetProperty("status_code").GetInt32() : null,
            fields,
            fields is null ? content : null,
            Tokens(body, "prompt_tokens", "input_tokens"),
            Tokens(body, "completion_tokens", "output_tokens"),
            Error(root, body)));
    }

    public void Write(TextWriter writer)
    {
        WriteRow(writer, ["custom_id", "status_code", .. _fields, "content", "prompt_tokens", "completion_tokens", "error"]);
        foreach (Row row in _rows)
        {
            WriteRow(writer,
            [
                row.CustomId,
                row.StatusCode?.ToString(CultureInfo.InvariantCulture),
                .. _fields.Select(name => row.Fields?.GetValueOrDefault(name)),
                row.Content,
                row.PromptTokens,
                row.CompletionTokens,
                row.Error,
            ]);
        }
    }

    private static void WriteRow(TextWriter writer, IEnumerable<string?> cells) => writer.Write(string.Join(',', cells.Select(Escape)) + "\r\n");

    private static string Escape(string? cell) =>
        cell is null ? ""
        : cell.AsSpan().ContainsAny(",\"\r\n") ? $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
        : cell;

    private static Dictionary<string, string>? Fields(string content)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(content);
            if (json.RootElement.ValueKind != JsonValueKind.Object)
            {
                return null;
            }

            Dictionary<string, string> fields = new(StringComparer.Ordinal);
            foreach (JsonProperty field in json.RootElement.EnumerateObject())
            {
                fields[field.Name] = field.Value.ToString();
            }

            return fields;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Tokens by the name that completions give them, or by that of responses.</summary>
    private static string? Tokens(JsonElement body, string name, string responseName) =>
        body.ValueKind == JsonValueKind.Object && body.TryGetProperty("usage", out JsonElement usage) && usage.ValueKind == JsonValueKind.Object
        && (usage.TryGetProperty(name, out JsonElement tokens) || usage.TryGetProperty(responseName, out tokens))
            ? tokens.ToString()
            : null;

    private static string? Error(JsonElement root, JsonElement body)
    {
        JsonElement error = root.GetProperty("error");
        if (error.ValueKind != JsonValueKind.Object && (body.ValueKind != JsonValueKind.Object || !body.TryGetProperty("error", out error)))
        {
            return null;
        }

        return error.ValueKind == JsonValueKind.Object && error.TryGetProperty("message", out JsonElement message) ? message.ToString() : null;
    }

    private sealed record Row(
        string CustomId, int? StatusCode, Dictionary<string, string>? Fields, string? Content, string? PromptTokens, string? CompletionTokens, string? Error);
}
