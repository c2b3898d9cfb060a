using System.Text.Json;

namespace Pipeline.GpuWorker.Backends;

/// <summary>What the echo backend reads of a chat completion request.</summary>
/// <param name="LastUserMessage">The text of the last message whose role is <c>user</c>; empty if there is none.</param>
/// <param name="PromptTokens">Words of all messages.</param>
internal sealed record EchoRequest(string LastUserMessage, int PromptTokens)
{
    /// <summary>Reads a request.</summary>
    /// <exception cref="JsonException">It is no object with an array <c>messages</c>.</exception>
    public static EchoRequest Parse(string body)
    {
        using JsonDocument document = JsonDocument.Parse(body);
        if (document.RootElement.ValueKind != JsonValueKind.Object
            || !document.RootElement.TryGetProperty("messages", out JsonElement messages)
            || messages.ValueKind != JsonValueKind.Array)
        {
            throw new JsonException("it has no array 'messages'.");
        }

        string last = "";
        int tokens = 0;
        foreach (JsonElement message in messages.EnumerateArray())
        {
            string text = Text(message);
            tokens += CountTokens(text);
            if (message.TryGetProperty("role", out JsonElement role) && role.ValueKind == JsonValueKind.String && role.ValueEquals("user"))
            {
                last = text;
            }
        }

        return new EchoRequest(last, tokens);
    }

    /// <summary>The rule: a token is a run of characters between white space.</summary>
    public static int CountTokens(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;

    // Content is a text, or an array of parts of which those of type text count.
    private static string Text(JsonElement message)
    {
        if (message.ValueKind != JsonValueKind.Object || !message.TryGetProperty("content", out JsonElement content))
        {
            throw new JsonException("a message has no 'content'.");
        }

        return content.ValueKind switch
        {
            JsonValueKind.String => content.GetString()!,
            JsonValueKind.Array => string.Join('\n', content.EnumerateArray()
                .Where(part => part.ValueKind == JsonValueKind.Object && part.TryGetProperty("text", out JsonElement text) && text.ValueKind == JsonValueKind.String)
                .Select(part => part.GetProperty("text").GetString())),
            JsonValueKind.Null => "",
            _ => throw new JsonException("a message's 'content' is neither text nor parts."),
        };
    }
}
