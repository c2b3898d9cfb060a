using System.Text.Json;
using Pipeline.Tokenization.Requests;

namespace Pipeline.GpuWorker.Backends;

/// <summary>What the echo backend reads of a request.</summary>
/// <param name="Texts">What it answers, a choice each: a chat's last user message, or a completion's prompts, or what is to be embedded.</param>
/// <param name="PromptTokens">Words of all messages or prompts.</param>
internal sealed record EchoRequest(IReadOnlyList<string> Texts, int PromptTokens)
{
    /// <summary>How vectors are to be written.</summary>
    public EmbeddingEncoding Encoding { get; private init; }

    /// <summary>Reads a request.</summary>
    /// <param name="url">The endpoint.</param>
    /// <param name="body">The request as JSON text.</param>
    /// <exception cref="JsonException">It has no messages, prompt or input.</exception>
    public static EchoRequest Parse(string url, string body)
    {
        using JsonDocument document = JsonDocument.Parse(body);
        string name = url switch { RequestReader.Completions => "prompt", RequestReader.Responses or EmbeddingReader.Embeddings => "input", _ => "messages" };
        return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty(name, out JsonElement prompt)
            ? (name, prompt.ValueKind) switch
            {
                ("prompt", JsonValueKind.Array) => OfPrompts([.. prompt.EnumerateArray()]),
                ("prompt", _) => OfPrompts([prompt]),
                ("input", JsonValueKind.Array) when url == EmbeddingReader.Embeddings =>
                    OfPrompts([.. prompt.EnumerateArray()]) with { Encoding = ReadEncoding(document.RootElement) },
                ("input", JsonValueKind.String) when url == EmbeddingReader.Embeddings =>
                    OfPrompts([prompt]) with { Encoding = ReadEncoding(document.RootElement) },
                ("input", JsonValueKind.String) => OfPrompts([prompt]),
                (_, JsonValueKind.Array) => OfMessages(prompt),
                _ => throw new JsonException($"its '{name}' is no array."),
            }
            : throw new JsonException($"it has no '{name}'.");
    }

    /// <summary>The rule: a token is a run of characters between white space.</summary>
    public static int CountTokens(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;

    private static EmbeddingEncoding ReadEncoding(JsonElement request) =>
        request.TryGetProperty("encoding_format", out JsonElement encoding) && encoding.ValueKind == JsonValueKind.String && encoding.ValueEquals("base64")
            ? EmbeddingEncoding.Base64 : EmbeddingEncoding.Float;

    private static EchoRequest OfPrompts(JsonElement[] prompts)
    {
        string[] texts = [.. prompts.Select(prompt => prompt.ValueKind == JsonValueKind.String
            ? prompt.GetString()! : throw new JsonException("a prompt is no text, and without a model tokens mean nothing."))];
        return new EchoRequest(texts, texts.Sum(CountTokens));
    }

    private static EchoRequest OfMessages(JsonElement messages)
    {
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

        return new EchoRequest([last], tokens);
    }

    // Content is a text, or an array of parts of which those with a text count.
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
