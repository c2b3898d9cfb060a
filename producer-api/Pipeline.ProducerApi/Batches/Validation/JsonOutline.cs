using System.Text.Json;

namespace Pipeline.ProducerApi.Batches.Validation;

/// <summary>What a JSON value is, without what it says.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Elements">Elements of an array.</param>
/// <param name="First">What an array's first element is.</param>
internal readonly record struct JsonOutline(JsonTokenType Kind, int Elements, JsonTokenType First)
{
    /// <summary>Whether it is an array without elements.</summary>
    public bool IsEmpty => Kind == JsonTokenType.StartArray && Elements == 0;

    /// <summary>Texts that it holds where it is a text, tokens, or an array of either.</summary>
    public int Texts => Kind == JsonTokenType.StartArray && First != JsonTokenType.Number ? Elements : 1;

    /// <summary>Whether it was not there, or null.</summary>
    public bool IsAbsent => Kind is JsonTokenType.None or JsonTokenType.Null;

    /// <summary>Reads the value that the reader stands on, and moves to its end.</summary>
    public static JsonOutline Read(ref Utf8JsonReader reader)
    {
        JsonTokenType kind = reader.TokenType;
        if (kind != JsonTokenType.StartArray)
        {
            reader.Skip();
            return new JsonOutline(kind, 0, JsonTokenType.None);
        }

        int depth = reader.CurrentDepth, elements = 0;
        reader.Read();
        JsonTokenType first = reader.TokenType;
        while (reader.CurrentDepth > depth)
        {
            elements += reader.CurrentDepth == depth + 1 && reader.TokenType is not (JsonTokenType.EndArray or JsonTokenType.EndObject) ? 1 : 0;
            reader.Read();
        }

        return new JsonOutline(kind, elements, first);
    }
}
