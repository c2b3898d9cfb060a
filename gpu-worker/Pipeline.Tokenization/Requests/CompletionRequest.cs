using System.Text.Json;

namespace Pipeline.Tokenization.Requests;

/// <summary>The body of <c>/v1/completions</c>.</summary>
/// <param name="Common">What chat completions have too.</param>
/// <param name="Prompts">The prompts: each has its own choice in the answer.</param>
/// <param name="MaxTokens">How many tokens to generate at most for each.</param>
internal sealed record CompletionRequest(CommonParameters Common, IReadOnlyList<CompletionPrompt> Prompts, long MaxTokens)
{
    /// <summary>The form that completions have to have; null for any text.</summary>
    public StructuredOutput? Output { get; private init; }

    /// <summary>What is to be done with prompts that are too long; null for nothing.</summary>
    public PromptTruncation? Truncation { get; private init; }

    /// <summary>OpenAI's default on this endpoint.</summary>
    private const long DefaultMaxTokens = 16;

    private static readonly HashSet<string> Unsupported =
    [
        "suffix", "logprobs", "stream_options", "top_k", "min_p", "min_tokens", "repetition_penalty", "length_penalty",
        "stop_token_ids", "guided_decoding_backend", "guided_whitespace_pattern", "logits_processors", "include_stop_str_in_output", "skip_special_tokens", "add_special_tokens",
        "bad_words", "prompt_logprobs", "use_beam_search", "priority",
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
        request = request with { Output = ReadOutput(fields), Truncation = PromptTruncation.Read(fields, request.MaxTokens) };
        fields.RefuseOthers(Unsupported);
        return request;
    }

    /// <remarks><c>response_format</c> is not OpenAI's here; vLLM knows it.</remarks>
    private static StructuredOutput? ReadOutput(RequestFields fields) => GuidedOutput.Read(
        fields, fields.TryGet("response_format", out JsonElement format) ? TextFormat.Read(new RequestFields(format, "response_format"), nested: true) : null);
}
