using System.Text.Json;

namespace Pipeline.ProducerApi.Batches.Validation;

/// <summary>What a JSON value is, without what it says.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="IsEmpty">Whether it is an array without elements.</param>
internal readonly record struct JsonOutline(JsonTokenType Kind, bool IsEmpty)
{
    /// <summary>Whether it was not there, or null.</summary>
    public bool IsAbsent => Kind is JsonTokenType.None or JsonTokenType.Null;

    /// <summary>Reads the value that the reader stands on, and moves to its end.</summary>
    public static JsonOutline Read(ref Utf8JsonReader reader)
    {
        JsonTokenType kind = reader.TokenType;
        if (kind != JsonTokenType.StartArray)
        {
            reader.Skip();
            return new JsonOutline(kind, false);
        }

        int depth = reader.CurrentDepth;
        reader.Read();
        bool empty = reader.TokenType == JsonTokenType.EndArray;
        while (reader.CurrentDepth > depth)
        {
            reader.Read();
        }

        return new JsonOutline(kind, empty);
    }
}
