using System.Text.Json;

namespace Pipeline.Cli.Output;

/// <summary>What a model said, in the body of an answer: a chat completion, a text completion, or a response.</summary>
internal static class AnswerText
{
    /// <returns>The text of the first choice, or of all of a response's messages; <see langword="null"/> where there is none.</returns>
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

        return body.TryGetProperty("choices", out JsonElement choices) && choices.ValueKind == JsonValueKind.Array && choices.GetArrayLength() > 0
            && (choices[0].TryGetProperty("text", out JsonElement text)
                || (choices[0].TryGetProperty("message", out JsonElement message) && message.TryGetProperty("content", out text)))
            && text.ValueKind == JsonValueKind.String
                ? text.GetString()
                : null;
    }
}
