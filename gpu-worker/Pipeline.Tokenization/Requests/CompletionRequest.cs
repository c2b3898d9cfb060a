using System.Text.Json;

namespace Pipeline.Tokenization.Requests;

/// <summary>The body of <c>/v1/completions</c>.</summary>
/// <param name="Common">What chat completions have too.</param>
/// <param name="Prompts">The prompts: each has its own choice in the answer.</param>
/// <param name="MaxTokens">How many tokens to generate at most for each.</param>
internal sealed record CompletionRequest(CommonParameters Common, IReadOnlyList<CompletionPrompt> Prompts, long MaxTokens)
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
        var request = new CompletionRequest(common, CompletionPrompt.Read(prompt), fields.Integer("max_tokens", 1) ?? DefaultMaxTokens);
        fields.RefuseOthers(Unsupported);
        return request;
    }
}
