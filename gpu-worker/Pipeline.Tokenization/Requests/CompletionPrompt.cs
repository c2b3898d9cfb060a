using System.Text.Json;

namespace Pipeline.Tokenization.Requests;

/// <summary>One prompt of a completion, or one input to embed: a text or tokens.</summary>
/// <param name="Path">Where it stands in the request, such as <c>prompt[1]</c>.</param>
/// <param name="Text">The prompt as text, or null.</param>
/// <param name="Tokens">The prompt as token ids, or null.</param>
internal sealed record CompletionPrompt(string Path, string? Text, int[]? Tokens)
{
    /// <summary>OpenAI's limit.</summary>
    private const int MostPrompts = 2048;

    /// <summary>Reads a text, tokens, or an array of either.</summary>
    /// <param name="prompt">What is read.</param>
    /// <param name="name">The parameter that it is.</param>
    public static IReadOnlyList<CompletionPrompt> Read(JsonElement prompt, string name = "prompt")
    {
        if (prompt.ValueKind == JsonValueKind.String)
        {
            return [new CompletionPrompt(name, prompt.GetString(), null)];
        }
        if (prompt.ValueKind != JsonValueKind.Array)
        {
            throw RequestErrorException.WrongType(name, "a string, an array of strings or an array of tokens", prompt);
        }
        RequireElements(prompt, name);
        if (prompt[0].ValueKind == JsonValueKind.Number)
        {
            return [ReadTokens(prompt, name)];
        }
        return prompt.GetArrayLength() <= MostPrompts
            ? [.. prompt.EnumerateArray().Select((one, i) => ReadOne(one, $"{name}[{i}]"))]
            : throw RequestErrorException.Invalid(name, "array_above_max_length",
                $"Invalid '{name}': array too long. Expected an array with maximum length {MostPrompts}, but got an array with length {prompt.GetArrayLength()} instead.");
    }

    private static CompletionPrompt ReadOne(JsonElement prompt, string path) => prompt.ValueKind switch
    {
        JsonValueKind.String => new CompletionPrompt(path, prompt.GetString(), null),
        JsonValueKind.Array => ReadTokens(prompt, path),
        _ => throw RequestErrorException.WrongType(path, "a string or an array of tokens", prompt),
    };

    private static CompletionPrompt ReadTokens(JsonElement tokens, string path)
    {
        RequireElements(tokens, path);
        return new CompletionPrompt(path, null, [.. tokens.EnumerateArray().Select((token, i) =>
            token.ValueKind == JsonValueKind.Number && token.TryGetInt32(out int id)
                ? id : throw RequestErrorException.WrongType($"{path}[{i}]", "an integer", token))]);
    }

    private static void RequireElements(JsonElement array, string path)
    {
        if (array.GetArrayLength() == 0)
        {
            throw RequestErrorException.EmptyArray(path);
        }
    }
}
