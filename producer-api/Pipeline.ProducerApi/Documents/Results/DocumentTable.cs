using System.Globalization;
using System.Text.Json;

namespace Pipeline.ProducerApi.Documents.Results;

/// <summary>
/// Results as CSV (RFC 4180): a row for each document, a column for each property of the schema. A cell that a spreadsheet would
/// take for a formula gets an apostrophe before it (OWASP, CSV injection): documents are written by strangers.
/// </summary>
internal sealed class DocumentTable
{
    private static readonly string[] Before = ["document", "status", "kind", "pages", "parts"];
    private static readonly string[] After = ["answer", "prompt_tokens", "cached_tokens", "completion_tokens", "cost", "currency", "error"];

    private readonly string[] _properties;

    /// <param name="schema">The schema of the answers, as JSON; <see langword="null"/> where there is none.</param>
    public DocumentTable(string? schema) => _properties = schema is null ? [] : Properties(JsonElement.Parse(schema));

    /// <summary>The first line.</summary>
    public string Header => Row([.. Before, .. _properties, .. After]);

    /// <summary>A document's line. <c>answer</c> is the text of an answer that is no object of the schema.</summary>
    public string Row(DocumentLine line)
    {
        JsonElement? fields = line.Result is { ValueKind: JsonValueKind.Object } result ? result : null;
        return Row(
        [
            line.Document,
            line.Status,
            line.Kind,
            Number(line.Pages),
            Number(line.Parts),
            .. _properties.Select(name => fields is { } found && found.TryGetProperty(name, out JsonElement value) ? Cell(value) : null),
            _properties.Length > 0 && fields is not null ? null : line.Text,
            Number(line.Usage?.PromptTokens),
            Number(line.Usage?.CachedTokens),
            Number(line.Usage?.CompletionTokens),
            line.Cost?.ToString("0.############", CultureInfo.InvariantCulture),
            line.Currency,
            line.Error?.Message,
        ]);
    }

    /// <summary>The properties that the root names; those of a definition that the root refers to are found too.</summary>
    private static string[] Properties(JsonElement schema)
    {
        JsonElement root = schema;
        if (schema.TryGetProperty("$ref", out JsonElement reference) && reference.ValueKind == JsonValueKind.String
            && reference.GetString()!.StartsWith("#/", StringComparison.Ordinal))
        {
            foreach (string step in reference.GetString()![2..].Split('/'))
            {
                root = root.ValueKind == JsonValueKind.Object && root.TryGetProperty(step, out JsonElement next) ? next : default;
            }
        }

        return root.ValueKind == JsonValueKind.Object && root.TryGetProperty("properties", out JsonElement properties) && properties.ValueKind == JsonValueKind.Object
            ? [.. properties.EnumerateObject().Select(property => property.Name)]
            : [];
    }

    private static string? Cell(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.String => value.GetString(),
        _ => value.GetRawText(),
    };

    private static string? Number(long? number) => number?.ToString(CultureInfo.InvariantCulture);

    private static string Row(IEnumerable<string?> cells) => string.Join(',', cells.Select(Escape)) + "\r\n";

    private static string Escape(string? cell)
    {
        if (string.IsNullOrEmpty(cell))
        {
            return "";
        }

        string safe = IsFormula(cell) ? "'" + cell : cell;
        return safe.AsSpan().ContainsAny(",\"\r\n") ? $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : safe;
    }

    /// <summary>Numbers may begin with a sign.</summary>
    private static bool IsFormula(string cell) =>
        cell[0] is '=' or '+' or '-' or '@' or '\t' or '\r' or '\n' or '\uFF1D' or '\uFF0B' or '\uFF0D' or '\uFF20'
        && !decimal.TryParse(cell, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out _);
}
