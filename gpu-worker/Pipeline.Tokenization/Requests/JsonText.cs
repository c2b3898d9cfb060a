using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Pipeline.Tokenization.Requests;

/// <summary>Writing and reading JSON as the API does it: text in its own script rather than in escapes.</summary>
public static class JsonText
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The JSON that <paramref name="content"/> writes.</summary>
    public static string Write(Action<Utf8JsonWriter> content)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            content(writer);
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>
    /// Reads JSON of which every string can be used afterwards. JSON's grammar also allows strings that are no text,
    /// such as <c>"\ud83d"</c>, half a character; .NET fails on those only when they are looked at.
    /// </summary>
    /// <exception cref="JsonException">It is not JSON, names something twice, or has a string that is no text.</exception>
    public static JsonElement Parse(string json) => Parse(Encoding.UTF8.GetBytes(json));

    /// <inheritdoc cref="Parse(string)"/>
    /// <param name="json">UTF-8.</param>
    public static JsonElement Parse(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
            {
                CheckText(reader);
            }
        }
        // Only now: looking for duplicates means looking at the names.
        return JsonElement.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false });
    }

    private static void CheckText(in Utf8JsonReader reader)
    {
        try
        {
            reader.GetString();
        }
        catch (InvalidOperationException e)
        {
            throw new JsonException($"A string at byte {reader.TokenStartIndex} has half a surrogate pair, which is no character.", e);
        }
    }
}
