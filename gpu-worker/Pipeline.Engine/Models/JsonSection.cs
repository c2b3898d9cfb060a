using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Pipeline.Engine.Models;

/// <summary>One object of a configuration file, with errors that name the file and the setting.</summary>
/// <param name="json">The object.</param>
/// <param name="path">What errors call it.</param>
/// <param name="defaults">What settings are that the object leaves out; null for none.</param>
internal sealed class JsonSection(JsonElement json, string path, JsonElement? defaults = null)
{
    /// <summary>The same section where some settings have defaults, given as a JSON object.</summary>
    public JsonSection WithDefaults([StringSyntax(StringSyntaxAttribute.Json)] string values) =>
        new(json, path, JsonSerializer.Deserialize<JsonElement>(values));

    public int Int(string name) => OptionalInt(name) ?? throw Missing(name);

    public int? OptionalInt(string name) => Find(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) ? number
        : throw Unsupported(name, value.GetRawText());

    public double? Number(string name) => Find(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Number ? value.GetDouble()
        : throw Unsupported(name, value.GetRawText());

    public double RequiredNumber(string name) => Number(name) ?? throw Missing(name);

    public bool Flag(string name) => OptionalFlag(name) ?? false;

    public bool? OptionalFlag(string name) => Find(name) is not { } value ? null : value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Unsupported(name, value.GetRawText()),
    };

    public string? Text(string name) => Find(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString()
        : throw Unsupported(name, value.GetRawText());

    public string RequiredText(string name) => Text(name) ?? throw Missing(name);

    public IReadOnlyList<string>? Texts(string name) => Items(name) is not { } items ? null
        : [.. items.Select(item => item.ValueKind == JsonValueKind.String ? item.GetString()! : throw Unsupported(name, item.GetRawText()))];

    public IReadOnlyList<double>? Numbers(string name) => Items(name) is not { } items ? null
        : [.. items.Select(item => item.ValueKind == JsonValueKind.Number ? item.GetDouble() : throw Unsupported(name, item.GetRawText()))];

    public JsonSection? Section(string name) => Find(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Object ? new JsonSection(value, $"{path}, {name}")
        : throw Unsupported(name, value.GetRawText());

    public IReadOnlyList<int>? IntOrList(string name) => Find(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select(item => item.GetInt32())]
        : [Int(name)];

    public void Require(string name, string supported)
    {
        string value = RequiredText(name);
        if (value != supported)
        {
            throw Unsupported(name, value);
        }
    }

    public void RequireFalse(string name)
    {
        if (Flag(name))
        {
            throw Unsupported(name, "true");
        }
    }

    public void RequireAbsent(string name)
    {
        if (Find(name) is { } value)
        {
            throw Unsupported(name, value.GetRawText());
        }
    }

    public UnsupportedModelException Unsupported(string name, string value) =>
        new($"{path}: {name} = {value} is not supported by this engine.");

    private UnsupportedModelException Missing(string name) => new($"{path}: {name} is missing.");

    private JsonElement.ArrayEnumerator? Items(string name) => Find(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Array ? value.EnumerateArray()
        : throw Unsupported(name, value.GetRawText());

    // What is null is left out: nobody asked for it.
    private JsonElement? Find(string name) => Find(json, name) ?? (defaults is { } values ? Find(values, name) : null);

    private static JsonElement? Find(JsonElement from, string name) =>
        from.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;
}
