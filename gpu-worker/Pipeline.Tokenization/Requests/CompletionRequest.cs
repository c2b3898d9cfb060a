using System.Text.Json;

namespace Pipeline.Tokenization.Requests;

/// <summary>The body of <c>/v1/completions</c>.</summary>
/// <param name="Common">What chat completions have too.</param>
/// <param name="Text">The prompt as text, or null.</param>
/// <param name="Tokens">The prompt as token ids, or null.</param>
/// <param name="MaxTokens">How many tokens to generate at most.</param>
internal sealed record CompletionRequest(CommonParameters Common, string? Text, int[]? Tokens, long MaxTokens)
{
    /// <summary>OpenAI's default on this endpoint.</summary>
    private const long DefaultMaxTokens = 16;

    private static readonly HashSet<string> Unsupported =
    [
        "suffix", "logprobs", "stream_options", "top_k", "min_p", "min_tokens", "repetition_penalty", "length_penalty",
        "stop_token_ids", "guided_json", "guided_regex", "guided_choice", "guided_grammar", "structured_outputs",
        "response_format", "logits_processors", "include_stop_str_in_output", "skip_special_tokens", "add_special_tokens",
        "bad_words", "prompt_logprobs", "truncate_prompt_tokens", "use_beam_search", "priority",
    ];

    public static CompletionRequest Read(RequestFields fields)
    {
        if (!fields.TryGet("prompt", out JsonElement prompt))
        {
            throw RequestErrorException.Missing("prompt");
        }
        CommonParameters common = CommonParameters.Read(fields);
        if (fields.Flag("echo") == true)
        {
            throw RequestErrorException.Unsupported("echo");
        }
        if (fields.Integer("best_of", 1) is { } best and not 1)
        {
            throw RequestErrorException.UnsupportedValue("best_of", $"'best_of' does not support {best} with this model. Only 1 is supported.");
        }
        (string? text, int[]? tokens) = ReadPrompt(prompt);
        var request = new CompletionRequest(common, text, tokens, fields.Integer("max_tokens", 1) ?? DefaultMaxTokens);
        fields.RefuseOthers(Unsupported);
        return request;
    }

    private static (string? Text, int[]? Tokens) ReadPrompt(JsonElement prompt)
    {
        if (prompt.ValueKind == JsonValueKind.String)
        {
            return (prompt.GetString(), null);
        }
        if (prompt.ValueKind != JsonValueKind.Array)
        {
            throw RequestErrorException.WrongType("prompt", "a string, an array of strings or an array of tokens", prompt);
        }
        if (prompt.GetArrayLength() == 0)
        {
            throw RequestErrorException.Invalid("prompt", "empty_array",
                "Invalid 'prompt': empty array. Expected an array with minimum length 1, but got an empty array instead.");
        }
        if (prompt[0].ValueKind == JsonValueKind.Number)
        {
            return (null, [.. prompt.EnumerateArray().Select((token, i) => ReadToken(token, i))]);
        }
        return prompt.GetArrayLength() == 1
            ? ReadPrompt(prompt[0])
            : throw RequestErrorException.UnsupportedValue("prompt", "'prompt' does not support several prompts in one request.");
    }

    private static int ReadToken(JsonElement token, int index) =>
        token.ValueKind == JsonValueKind.Number && token.TryGetInt32(out int id)
            ? id : throw RequestErrorException.WrongType($"prompt[{index}]", "an integer", token);
}
