using System.Text.Json;

namespace Pipeline.ProducerApi.Batches.Validation;

/// <summary>A JSON value that should be text.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Value">The text, if it is one that can be stored.</param>
internal readonly record struct JsonText(JsonTokenType Kind, string? Value)
{
    /// <summary>Whether it was not there, or null.</summary>
    public bool IsAbsent => Kind is JsonTokenType.None or JsonTokenType.Null;

    /// <summary>Whether it was something else than text.</summary>
    public bool IsWrongType => !IsAbsent && Kind != JsonTokenType.String;

    /// <summary>Whether it was text that is no Unicode or contains a NUL, which PostgreSQL cannot hold.</summary>
    public bool IsUnstorable => Kind == JsonTokenType.String && Value is null;

    /// <summary>Reads the value that the reader stands on, and moves to its end.</summary>
    public static JsonText Read(ref Utf8JsonReader reader)
    {
        JsonTokenType kind = reader.TokenType;
        string? text = null;
        if (kind == JsonTokenType.String)
        {
            text = TextOf(ref reader);
        }
        else
        {
            reader.Skip();
        }

        return new JsonText(kind, text);
    }

    private static string? TextOf(ref Utf8JsonReader reader)
    {
        try
        {
            string text = reader.GetString()!;
            return text.Contains('\0', StringComparison.Ordinal) ? null : text;
        }
        catch (InvalidOperationException)
        {
            // An escaped half of a surrogate pair.
            return null;
        }
    }
}
