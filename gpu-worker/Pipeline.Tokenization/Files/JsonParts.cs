using System.Text.Json;

namespace Pipeline.Tokenization.Files;

/// <summary>Reading the optional and typed parts of tokenizer.json.</summary>
internal static class JsonParts
{
    public static bool IsAbsent(this JsonElement element) =>
        element.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null;

    /// <summary>The <c>type</c> of a normalizer, pre-tokenizer, model or the like.</summary>
    public static string Kind(this JsonElement element, string part) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty("type", out JsonElement type)
            && type.ValueKind == JsonValueKind.String
            ? type.GetString()!
            : throw new InvalidDataException($"tokenizer.json: its {part} has no type.");

    public static bool Flag(this JsonElement element, string name, bool whenAbsent) =>
        element.TryGetProperty(name, out JsonElement value)
            ? value.ValueKind switch
            {
                JsonValueKind.True => true,
                JsonValueKind.False => false,
                JsonValueKind.Null => whenAbsent,
                _ => throw new InvalidDataException($"tokenizer.json: {name} must be true or false."),
            }
            : whenAbsent;

    public static JsonElement Required(this JsonElement element, string name, JsonValueKind kind, string part) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value)
            && value.ValueKind == kind
            ? value
            : throw new InvalidDataException($"tokenizer.json: its {part} lacks {name} ({kind}).");

    public static string? Text(this JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
