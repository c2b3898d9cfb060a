using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pipeline.Tokenization.Requests;

/// <summary>The body of <c>/v1/chat/completions</c>.</summary>
/// <param name="Common">What completions have too.</param>
/// <param name="Messages">The messages, as a chat template expects them.</param>
/// <param name="MaxTokens">How many tokens to generate at most; null for as many as there is room for.</param>
/// <param name="Tools">The functions on offer, or null.</param>
/// <param name="ReasoningEffort">How much the model is to think, or null.</param>
/// <param name="TemplateVariables">Further variables for the chat template (<c>chat_template_kwargs</c>, an extension known from vLLM).</param>
internal sealed record ChatRequest(
    CommonParameters Common, JsonArray Messages, long? MaxTokens, ToolUse? Tools, string? ReasoningEffort, JsonObject? TemplateVariables)
{
    /// <summary>The form that the answer has to have; null for any text.</summary>
    public StructuredOutput? Output { get; private init; }

    /// <summary>What is to be done with a prompt that is too long; null for nothing.</summary>
    public PromptTruncation? Truncation { get; private init; }

    /// <summary>How many completions.</summary>
    public ChoiceCount Choices { get; init; } = ChoiceCount.One;

    private static readonly HashSet<string> Unsupported =
    [
        "audio", "function_call", "functions", "modalities", "moderation", "prediction",
        "prompt_cache_retention", "prompt_cache_options", "stream_options", "verbosity",
        "web_search_options", "length_penalty",
        "guided_decoding_backend", "guided_whitespace_pattern", "add_generation_prompt",
        "continue_final_message", "documents", "chat_template", "logits_processors", "include_stop_str_in_output",
        "skip_special_tokens", "bad_words", "prompt_logprobs", "best_of", "use_beam_search", "priority",
    ];

    /// <summary>OpenAI's limit.</summary>
    public const int MostLogprobs = 20;

    private static readonly HashSet<string> OwnVariables = ["messages", "tools", "add_generation_prompt"];

    public static ChatRequest Read(RequestFields fields)
    {
        JsonArray messages = ChatMessages.Read(fields);
        CommonParameters common = CommonParameters.Read(fields) with { Logprobs = ReadLogprobs(fields) };
        RefuseUnlessNeutral(fields);
        var request = new ChatRequest(
            common,
            messages,
            ReadMaxTokens(fields),
            ToolUse.Read(fields, ToolDefinition.ReadNested, nested: true),
            fields.Text("reasoning_effort"),
            ReadTemplateVariables(fields));
        request = request with
        {
            Choices = ChoiceCount.Read(fields, hasBestOf: false),
            Output = ReadOutput(fields),
            Truncation = PromptTruncation.Read(fields, request.MaxTokens),
        };
        fields.RefuseOthers(Unsupported);
        return request;
    }

    private static void RefuseUnlessNeutral(RequestFields fields)
    {
        if (fields.Flag("store") == true)
        {
            throw RequestErrorException.Unsupported("store");
        }
        ServiceTier.Check(fields);
    }

    private static StructuredOutput? ReadOutput(RequestFields fields) => GuidedOutput.Read(
        fields, fields.TryGet("response_format", out JsonElement format) ? TextFormat.Read(new RequestFields(format, "response_format"), nested: true) : null);

    private static int? ReadLogprobs(RequestFields fields)
    {
        bool asked = fields.Flag("logprobs") == true;
        int top = (int)(fields.Integer("top_logprobs", 0, MostLogprobs) ?? 0);
        return asked || top == 0 ? (asked ? top : null) : throw RequestErrorException.Invalid("top_logprobs", "invalid_parameter_combination",
            "The 'top_logprobs' parameter is only allowed when 'logprobs' is enabled.");
    }

    private static long? ReadMaxTokens(RequestFields fields)
    {
        long? old = fields.Integer("max_tokens", 1);
        long? current = fields.Integer("max_completion_tokens", 1);
        return old is not null && current is not null && old != current
            ? throw RequestErrorException.Invalid("max_tokens", "invalid_parameter_combination",
                "Setting 'max_tokens' and 'max_completion_tokens' to different values is not supported.")
            : current ?? old;
    }

    private static JsonObject? ReadTemplateVariables(RequestFields fields)
    {
        if (!fields.TryGet("chat_template_kwargs", out JsonElement variables))
        {
            return null;
        }
        JsonObject read = variables.ValueKind == JsonValueKind.Object
            ? JsonObject.Create(variables)! : throw RequestErrorException.WrongType("chat_template_kwargs", "an object", variables);
        return read.FirstOrDefault(variable => OwnVariables.Contains(variable.Key)).Key is { } taken
            ? throw RequestErrorException.Invalid($"chat_template_kwargs.{taken}", "invalid_value",
                $"Invalid 'chat_template_kwargs': '{taken}' is a parameter of the request itself.")
            : read;
    }
}
