using System.Text.Json;

namespace Pipeline.Cli.Output;

/// <summary>What a model said, in the body of an answer: a chat completion, a text completion, a response, or embeddings.</summary>
internal static class AnswerText
{
    /// <returns>
    /// The text of the first choice, or of all of a response's messages; of embeddings the vector as JSON, or an array of the
    /// vectors where there are several; <see langword="null"/> where there is none of these.
    /// </returns>
    public static string? Of(JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        if (body.TryGetProperty("output", out JsonElement output) && output.ValueKind == JsonValueKind.Array)
        {
            string[] parts = [.. output.EnumerateArray().Where(item => item.TryGetProperty("type", out JsonElement type) && type.ValueEquals("message"))
                .SelectMany(item => item.GetProperty("content").EnumerateArray())
                .Where(part => part.TryGetProperty("text", out _)).Select(part => part.GetProperty("text").ToString())];
            return parts.Length > 0 ? string.Concat(parts) : null;
        }

        if (body.TryGetProperty("data", out JsonElement data) && data.ValueKind == JsonValueKind.Array)
        {
            string[] vectors = [.. data.EnumerateArray().Where(item => item.TryGetProperty("embedding", out _)).Select(item => item.GetProperty("embedding").GetRawText())];
            return vectors.Length == 1 ? vectors[0] : $"[{string.Join(',', vectors)}]";
        }

        return body.TryGetProperty("choices", out JsonElement choices) && choices.ValueKind == JsonValueKind.Array && choices.GetArrayLength() > 0
            && (choices[0].TryGetProperty("text", out JsonElement text)
                || (choices[0].TryGetProperty("message", out JsonElement message) && message.TryGetProperty("content", out text)))
            && text.ValueKind == JsonValueKind.String
                ? text.GetString()
                : null;
    }
}
