using System.Text.Json;

namespace Pipeline.Tokenization.Requests;

/// <summary>How many tokens a prompt and its completion may have together.</summary>
/// <param name="Tokens">The model's context length.</param>
public sealed record ContextLimit(int Tokens)
{
    /// <summary>The limit of the model in a Hugging Face directory: <c>max_position_embeddings</c> of its <c>config.json</c>.</summary>
    /// <returns><see langword="null"/> where the file does not say: then nobody but the engine knows.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">The file is no JSON.</exception>
    public static ContextLimit? Find(string modelDirectory)
    {
        string path = Path.Combine(modelDirectory, "config.json");
        if (!File.Exists(path))
        {
            return null;
        }
        try
        {
            using JsonDocument config = JsonDocument.Parse(File.ReadAllBytes(path));
            return config.RootElement.ValueKind == JsonValueKind.Object
                && config.RootElement.TryGetProperty("max_position_embeddings", out JsonElement tokens)
                && tokens.ValueKind == JsonValueKind.Number && tokens.TryGetInt32(out int limit) && limit > 0
                ? new ContextLimit(limit) : null;
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path} is no JSON: {e.Message}", e);
        }
    }

    /// <summary>Checks that each prompt leaves room for the completion that is asked for, or for one token if none is.</summary>
    /// <exception cref="RequestErrorException">One does not: <c>context_length_exceeded</c>, with the number of tokens.</exception>
    public void Check(ModelRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        foreach (int[] prompt in request.Prompts)
        {
            if (Tokens - prompt.Length < Math.Max(1, request.MaxTokens ?? 1))
            {
                throw TooLong(request, prompt.Length);
            }
        }
    }

    private RequestErrorException TooLong(ModelRequest request, int length)
    {
        string param = request.Form.PromptParam;
        string asked = request.MaxTokens is null
            ? $"your {param} resulted in {length} tokens, which leaves no room for an answer"
            : $"you requested {length + request.MaxTokens} tokens ({length} in the {param}, {request.MaxTokens} in the completion)";
        return RequestErrorException.Invalid(param, RequestErrorException.ContextLengthExceeded,
            $"This model's maximum context length is {Tokens} tokens. However, {asked}. Please reduce the length of the {param} or completion.");
    }
}
