using System.Text.Json;

namespace Pipeline.Engine.Models;

/// <summary>One object of a configuration file, with errors that name the file and the setting.</summary>
internal sealed class JsonSection(JsonElement json, string path)
{
    public int Int(string name) => OptionalInt(name) ?? throw Missing(name);

    public int? OptionalInt(string name) => Find(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) ? number
        : throw Unsupported(name, value.GetRawText());

    public double? Number(string name) => Find(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Number ? value.GetDouble()
        : throw Unsupported(name, value.GetRawText());

    public double RequiredNumber(string name) => Number(name) ?? throw Missing(name);

    public bool Flag(string name) => Find(name) is { } value && value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Unsupported(name, value.GetRawText()),
    };

    public string? Text(string name) => Find(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString()
        : throw Unsupported(name, value.GetRawText());

    public JsonSection? Section(string name) => Find(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Object ? new JsonSection(value, $"{path}, {name}")
        : throw Unsupported(name, value.GetRawText());

    public IReadOnlyList<int>? IntOrList(string name) => Find(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select(item => item.GetInt32())]
        : [Int(name)];

    public void Require(string name, string supported)
    {
        string value = Text(name) ?? throw Missing(name);
        if (value != supported)
        {
            throw Unsupported(name, value);
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

    private JsonElement? Find(string name) =>
        json.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;
}
