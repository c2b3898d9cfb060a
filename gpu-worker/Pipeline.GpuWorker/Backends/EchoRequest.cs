using System.Text.Json;
using Pipeline.Tokenization.Requests;

namespace Pipeline.GpuWorker.Backends;

/// <summary>What the echo backend reads of a request.</summary>
/// <param name="Texts">What it answers, a choice each: a chat's last user message, or a completion's prompts, or what is to be embedded.</param>
/// <param name="PromptTokens">Words of all messages or prompts.</param>
internal sealed record EchoRequest(IReadOnlyList<string> Texts, int PromptTokens)
{
    /// <summary>Tokens that an answer may have; null for as many as it has.</summary>
    public int? MaxTokens { get; private init; }

    /// <summary>How vectors are to be written.</summary>
    public EmbeddingEncoding Encoding { get; private init; }

    /// <summary>Reads a request.</summary>
    /// <param name="url">The endpoint.</param>
    /// <param name="body">The request as JSON text.</param>
    /// <exception cref="JsonException">It has no messages, prompt or input.</exception>
    public static EchoRequest Parse(string url, string body)
    {
        using JsonDocument document = JsonDocument.Parse(body);
        return ParsePrompt(url, document.RootElement) with { MaxTokens = ReadMaxTokens(document.RootElement) };
    }

    /// <summary>The rule: a token is a run of characters between white space.</summary>
    public static int CountTokens(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;

    /// <summary>The text as far as its tokens go.</summary>
    /// <returns>The whole text, or its first tokens with what stands between them.</returns>
    public static string Cut(string text, int tokens)
    {
        int at = 0;
        for (int token = 0; token < tokens; token++)
        {
            while (at < text.Length && char.IsWhiteSpace(text[at]))
            {
                at++;
            }

            while (at < text.Length && !char.IsWhiteSpace(text[at]))
            {
                at++;
            }
        }

        return text[at..].AsSpan().IsWhiteSpace() ? text : text[..at];
    }

    private static EchoRequest ParsePrompt(string url, JsonElement root)
    {
        string name = url switch { RequestReader.Completions => "prompt", RequestReader.Responses or EmbeddingReader.Embeddings => "input", _ => "messages" };
        return root.ValueKind == JsonValueKind.Object && root.TryGetProperty(name, out JsonElement prompt)
            ? (name, prompt.ValueKind) switch
            {
                ("prompt", JsonValueKind.Array) => OfPrompts([.. prompt.EnumerateArray()]),
                ("prompt", _) => OfPrompts([prompt]),
                ("input", JsonValueKind.Array) when url == EmbeddingReader.Embeddings =>
                    OfPrompts([.. prompt.EnumerateArray()]) with { Encoding = ReadEncoding(root) },
                ("input", JsonValueKind.String) when url == EmbeddingReader.Embeddings =>
                    OfPrompts([prompt]) with { Encoding = ReadEncoding(root) },
                ("input", JsonValueKind.String) => OfPrompts([prompt]),
                (_, JsonValueKind.Array) => OfMessages(prompt),
                _ => throw new JsonException($"its '{name}' is no array."),
            }
            : throw new JsonException($"it has no '{name}'.");
    }

    private static int? ReadMaxTokens(JsonElement root)
    {
        foreach (string name in new[] { "max_completion_tokens", "max_tokens", "max_output_tokens" })
        {
            if (root.TryGetProperty(name, out JsonElement most) && most.ValueKind == JsonValueKind.Number && most.TryGetInt32(out int tokens) && tokens > 0)
            {
                return tokens;
            }
        }

        return null;
    }

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
