using System.Text.Json;

namespace Pipeline.Tokenization.Requests;

/// <summary>The body of <c>/v1/completions</c>.</summary>
/// <param name="Common">What chat completions have too.</param>
/// <param name="Prompts">The prompts: each has its own choice in the answer.</param>
/// <param name="MaxTokens">How many tokens to generate at most for each; 0 only with <paramref name="Echo"/>.</param>
/// <param name="Choices">How many completions of each prompt.</param>
/// <param name="Echo">Whether the prompts come before the completions in the answer.</param>
internal sealed record CompletionRequest(
    CommonParameters Common, IReadOnlyList<CompletionPrompt> Prompts, long MaxTokens, ChoiceCount Choices, bool Echo)
{
    /// <summary>The form that completions have to have; null for any text.</summary>
    public StructuredOutput? Output { get; private init; }

    /// <summary>What is to be done with prompts that are too long; null for nothing.</summary>
    public PromptTruncation? Truncation { get; private init; }

    /// <summary>OpenAI's default on this endpoint.</summary>
    private const long DefaultMaxTokens = 16;

    /// <summary>OpenAI's limit.</summary>
    private const int MostLogprobs = 5;

    private static readonly HashSet<string> Unsupported =
    [
        "suffix", "stream_options", "length_penalty",
        "guided_decoding_backend", "guided_whitespace_pattern", "logits_processors", "include_stop_str_in_output", "skip_special_tokens", "add_special_tokens",
        "bad_words", "prompt_logprobs", "use_beam_search", "priority",
    ];

    public static CompletionRequest Read(RequestFields fields)
    {
        if (!fields.TryGet("prompt", out JsonElement prompt))
        {
            throw RequestErrorException.Missing("prompt");
        }
        CommonParameters common = CommonParameters.Read(fields) with { Logprobs = (int?)fields.Integer("logprobs", 0, MostLogprobs) };
        bool echo = fields.Flag("echo") == true;
        var request = new CompletionRequest(
            common, CompletionPrompt.Read(prompt), fields.Integer("max_tokens", echo ? 0 : 1) ?? DefaultMaxTokens,
            ChoiceCount.Read(fields, hasBestOf: true), echo);
        request = request with { Output = ReadOutput(fields), Truncation = PromptTruncation.Read(fields, request.MaxTokens) };
        fields.RefuseOthers(Unsupported);
        return request;
    }

    /// <remarks><c>response_format</c> is not OpenAI's here; vLLM knows it.</remarks>
    private static StructuredOutput? ReadOutput(RequestFields fields) => GuidedOutput.Read(
        fields, fields.TryGet("response_format", out JsonElement format) ? TextFormat.Read(new RequestFields(format, "response_format"), nested: true) : null);
}
