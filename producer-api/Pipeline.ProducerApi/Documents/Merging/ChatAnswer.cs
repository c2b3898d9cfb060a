using System.Text.Json;

namespace Pipeline.ProducerApi.Documents.Merging;

/// <summary>What a model said, in the body of a chat completion.</summary>
internal static class ChatAnswer
{
    /// <summary>The text; empty where the model said nothing.</summary>
    public static string Of(ReadOnlyMemory<byte> body)
    {
        using JsonDocument json = JsonDocument.Parse(body);
        return json.RootElement.TryGetProperty("choices", out JsonElement choices) && choices.ValueKind == JsonValueKind.Array && choices.GetArrayLength() > 0
            && choices[0].TryGetProperty("message", out JsonElement message)
            && message.TryGetProperty("content", out JsonElement content) && content.ValueKind == JsonValueKind.String
                ? content.GetString()!
                : "";
    }
}
