using System.Text.Json.Nodes;

namespace Pipeline.Tokenization.Requests;

/// <summary>
/// Turns the body of an OpenAI request into what a model takes: the tokens of the prompt, and how to go on from there. What
/// is not supported is refused by name, never ignored. Immutable and safe for any number of threads.
/// </summary>
/// <param name="tokenizer">The model's tokenizer.</param>
/// <param name="template">The model's chat template, or null where it has none: then chat requests are refused.</param>
/// <param name="model">The name that requests have to ask for.</param>
/// <param name="contextLength">Tokens that prompt and completion may have together, where that is known: what is to be truncated is truncated to it.</param>
public sealed class RequestReader(Tokenizer tokenizer, ChatTemplate? template, string model, int? contextLength = null)
{
    /// <summary>The endpoint of chats.</summary>
    public const string ChatCompletions = "/v1/chat/completions";

    /// <summary>The endpoint of plain prompts.</summary>
    public const string Completions = "/v1/completions";

    /// <summary>The endpoint of responses.</summary>
    public const string Responses = "/v1/responses";

    /// <summary>The endpoints whose requests can be read.</summary>
    public static readonly IReadOnlyList<string> Endpoints = [ChatCompletions, Completions, Responses];

    /// <summary>Reads a request.</summary>
    /// <param name="path">The endpoint.</param>
    /// <param name="body">The request's body as JSON in UTF-8.</param>
    /// <exception cref="RequestErrorException">The request is to be answered with this error.</exception>
    public ModelRequest Read(string path, ReadOnlySpan<byte> body)
    {
        RequestFields fields = RequestBody.Read(body, model);
        return path switch
        {
            ChatCompletions => ReadChat(ChatRequest.Read(fields)),
            Completions => ReadCompletion(CompletionRequest.Read(fields)),
            Responses => ReadResponse(ResponseRequest.Read(fields)),
            EmbeddingReader.Embeddings => throw RequestErrorException.Invalid("model", "model_not_supported",
                $"The model '{model}' generates text: it does not answer {path}."),
            _ => throw RequestErrorException.Invalid("url", "invalid_url", $"The endpoint '{path}' is not supported by this model."),
        };
    }

    private ModelRequest ReadChat(ChatRequest request)
    {
        ChatTemplate chats = RequireTemplate("messages");
        JsonObject variables = request.TemplateVariables ?? [];
        if (variables.FirstOrDefault(variable => !chats.Knows(variable.Key)).Key is { } unknown)
        {
            throw RequestErrorException.Unsupported($"chat_template_kwargs.{unknown}");
        }
        ReasoningEffort.Apply(request.ReasoningEffort, "reasoning_effort", chats, variables);
        ToolUse? tools = request.Tools is { Choice.Offers: true } offered ? offered : null;
        (int[] tokens, ReasoningStart reasoning) = new ChatPrompt("messages", request.Messages, tools, variables).Render(tokenizer, chats);
        int[] kept = Truncate(request.Truncation, tokens, request.MaxTokens);
        return new ModelRequest([kept], request.MaxTokens, request.Common, new ChatForm(new OutputRules(tools, reasoning)))
        {
            Choices = request.Choices,
            Output = Form(request.Output, tools, chats, reasoning),
            TruncatedTokens = tokens.Length - kept.Length,
        };
    }

    private ModelRequest ReadResponse(ResponseRequest request)
    {
        ChatTemplate chats = RequireTemplate("input");
        JsonObject variables = [];
        ReasoningEffort.Apply(request.Settings.ReasoningEffort, "reasoning.effort", chats, variables);
        ToolUse? tools = request.Tools is { Choice.Offers: true } offered ? offered : null;
        var prompt = new ChatPrompt("input", request.Messages, tools, variables);
        long? limit = request.Settings.MaxOutputTokens;
        (int[] tokens, ReasoningStart reasoning) = request.Settings.Truncates && contextLength is { } most
            ? prompt.RenderFitting(tokenizer, chats, (int)Math.Max(0, most - (limit ?? 1)))
            : prompt.Render(tokenizer, chats);
        return new ModelRequest([tokens], limit, request.Common, new ResponseForm(request.Settings, new OutputRules(tools, reasoning)))
        {
            Output = Form(request.Output, tools, chats, reasoning),
        };
    }

    private ChatTemplate RequireTemplate(string param) => template ?? throw RequestErrorException.Invalid(
        param, "chat_template_missing", $"The model '{model}' has no chat template: use {Completions}.");

    private ModelRequest ReadCompletion(CompletionRequest request)
    {
        int[][] prompts = [.. request.Prompts.Select(Encode)];
        int[][] kept = [.. prompts.Select(prompt => Truncate(request.Truncation, prompt, request.MaxTokens))];
        return new ModelRequest(kept, request.MaxTokens, request.Common, new CompletionForm(request.Echo))
        {
            Choices = request.Choices,
            Output = request.Output,
            TruncatedTokens = prompts.Sum(prompt => prompt.Length) - kept.Sum(prompt => prompt.Length),
        };
    }

    private int[] Truncate(PromptTruncation? truncation, int[] tokens, long? maxTokens) =>
        truncation?.Apply(tokens, contextLength - Math.Max(1, maxTokens ?? 1)) ?? tokens;

    /// <summary>The form of the output: that of the answer, or that of calls.</summary>
    private static StructuredOutput? Form(StructuredOutput? answer, ToolUse? tools, ChatTemplate template, ReasoningStart reasoning)
    {
        if (tools is { Choice.Forces: true })
        {
            // What has to be a call leaves no room for thoughts, nor for an answer.
            return answer is null ? ForcedCall.Form(tools) : throw RequestErrorException.Invalid(answer.Param, "invalid_parameter_combination",
                $"'{answer.Param}' together with a 'tool_choice' that asks for a call is not supported: what has to have that form can be no call.");
        }
        return ForcedCall.OrAnswer(tools, answer) is not { } output ? null : output with
        {
            Thoughts = reasoning == ReasoningStart.Ended ? null : ReasoningMarks.Of(template),
            AreThoughtsBegun = reasoning == ReasoningStart.Begun,
        };
    }

    private int[] Encode(CompletionPrompt prompt)
    {
        int[] tokens = prompt.Tokens ?? tokenizer.Encode(prompt.Text!, addSpecialTokens: true);
        return tokens.Length > 0 ? tokens : throw RequestErrorException.Invalid(prompt.Path, "empty_string",
            $"Invalid '{prompt.Path}': the prompt has no tokens, and the model has no token to begin with.");
    }
}
