using System.Text.Json;
using System.Text.Unicode;

namespace Pipeline.ProducerApi.Batches.Validation;

/// <summary>A line of a batch file, taken apart.</summary>
/// <param name="CustomId">Its <c>custom_id</c>.</param>
/// <param name="Method">Its <c>method</c>.</param>
/// <param name="Url">Its <c>url</c>.</param>
/// <param name="HasBody">Whether it has a <c>body</c> that is not null.</param>
/// <param name="Facts">What its <c>body</c> says.</param>
/// <param name="Body">Where in the line the body stands.</param>
internal readonly record struct RequestLine(JsonText CustomId, JsonText Method, JsonText Url, bool HasBody, BodyFacts Facts, Range Body)
{
    private const int MaxDepth = 128;

    /// <summary>Reads a line.</summary>
    /// <returns>Whether it is a JSON object in UTF-8, and nothing else.</returns>
    public static bool TryParse(ReadOnlySpan<byte> line, out RequestLine request)
    {
        request = default;
        if (!Utf8.IsValid(line))
        {
            return false;
        }

        try
        {
            Utf8JsonReader reader = new(line, new JsonReaderOptions { MaxDepth = MaxDepth });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }

            request = ReadFields(ref reader);
            // Reading on to the end finds what stands behind the object.
            return !reader.Read();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a property's name escapes half of a surrogate pair.
            return false;
        }
    }

    private static RequestLine ReadFields(ref Utf8JsonReader reader)
    {
        RequestLine request = default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool customId = reader.ValueTextEquals("custom_id"u8);
            bool method = reader.ValueTextEquals("method"u8);
            bool url = reader.ValueTextEquals("url"u8);
            bool body = reader.ValueTextEquals("body"u8);
            reader.Read();
            if (body)
            {
                int start = (int)reader.TokenStartIndex;
                request = request with { HasBody = reader.TokenType != JsonTokenType.Null, Facts = BodyFacts.Read(ref reader) };
                request = request with { Body = start..(int)reader.BytesConsumed };
            }
            else if (customId)
            {
                request = request with { CustomId = JsonText.Read(ref reader) };
            }
            else if (method)
            {
                request = request with { Method = JsonText.Read(ref reader) };
            }
            else if (url)
            {
                request = request with { Url = JsonText.Read(ref reader) };
            }
            else
            {
                reader.Skip();
            }
        }

        return request;
    }
}
