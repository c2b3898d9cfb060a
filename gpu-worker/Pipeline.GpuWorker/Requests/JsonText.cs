using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Pipeline.GpuWorker.Requests;

/// <summary>Writing and reading JSON as the API does it: text in its own script rather than in escapes.</summary>
internal static class JsonText
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

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
    public static JsonElement Parse(string json)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(json);
        var reader = new Utf8JsonReader(bytes);
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
            {
                CheckText(reader);
            }
        }
        // Only now: looking for duplicates means looking at the names.
        return JsonElement.Parse(bytes, new JsonDocumentOptions { AllowDuplicateProperties = false });
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
