using System.Text.Json;
using Pipeline.Engine;
using Pipeline.Tokenization;
using Pipeline.Tokenization.Templates;

namespace Pipeline.GpuWorker.Requests;

/// <summary>
/// Turns the body of an OpenAI request into a request for the engine. What is not supported is refused by name, never
/// ignored. Thread-safe.
/// </summary>
/// <param name="tokenizer">The model's tokenizer.</param>
/// <param name="template">The model's chat template, or null where it has none: then chat requests are refused.</param>
/// <param name="model">The name that requests have to ask for.</param>
/// <param name="contextLength">Tokens that prompt and completion may have together.</param>
/// <param name="time">The clock of the answers.</param>
/// <param name="maxCompletionTokens">The most tokens for a chat completion that names no limit; null for all that there is room for.</param>
internal sealed class RequestMapper(
    Tokenizer tokenizer, ChatTemplate? template, string model, int contextLength, TimeProvider time, int? maxCompletionTokens = null)
{
    public const string ChatCompletions = "/v1/chat/completions";
    public const string Completions = "/v1/completions";

    /// <param name="requestId">Names the request in the engine, and in the answer's id.</param>
    /// <param name="url">The endpoint.</param>
    /// <param name="body">The request's body as JSON text.</param>
    /// <param name="cacheSalt">Only requests of the same salt share cached prefixes.</param>
    /// <exception cref="RequestError">The request is to be answered with this error.</exception>
    public MappedRequest Map(string requestId, string url, string body, string cacheSalt)
    {
        var fields = new RequestFields(Parse(body));
        CheckModel(fields);
        return url switch
        {
            ChatCompletions => MapChat(requestId, ChatRequest.Read(fields), cacheSalt),
            Completions => MapCompletion(requestId, CompletionRequest.Read(fields), cacheSalt),
            _ => throw RequestError.Invalid("url", "invalid_url", $"The endpoint '{url}' is not supported by this model."),
        };
    }

    private static JsonElement Parse(string body)
    {
        try
        {
            return JsonText.Parse(body);
        }
        catch (JsonException e)
        {
            throw RequestError.Invalid(null, "invalid_json", $"We could not parse the JSON body of your request: {e.Message}");
        }
    }

    private void CheckModel(RequestFields fields)
    {
        string asked = fields.Text("model") ?? throw RequestError.Missing("model");
        if (asked != model)
        {
            throw new RequestError(404, $"The model '{asked}' does not exist or you do not have access to it.",
                "invalid_request_error", "model", "model_not_found");
        }
    }

    private MappedRequest MapChat(string requestId, ChatRequest request, string cacheSalt)
    {
        if (template is null)
        {
            throw RequestError.Invalid("messages", "chat_template_missing",
                $"The model '{model}' has no chat template: use {Completions}.");
        }
        string prompt;
        try
        {
            prompt = template.Render(request.Messages, addGenerationPrompt: true, tools: null, request.TemplateVariables);
        }
        catch (TemplateRenderException e)
        {
            throw RequestError.Invalid("messages", "chat_template_error", $"The model's chat template refused the messages: {e.Message}");
        }
        // The template has written the special tokens itself. As everywhere else, those in a message count too.
        int[] tokens = tokenizer.Encode(prompt, addSpecialTokens: false);
        return Finish(requestId, tokens, "messages", request.MaxTokens, request.Common, cacheSalt, isChat: true);
    }

    private MappedRequest MapCompletion(string requestId, CompletionRequest request, string cacheSalt)
    {
        int[] tokens = request.Tokens ?? tokenizer.Encode(request.Text!, addSpecialTokens: true);
        if (tokens.Length == 0)
        {
            throw RequestError.Invalid("prompt", "empty_string", "Invalid 'prompt': the prompt has no tokens, and the model has no token to begin with.");
        }
        return Finish(requestId, tokens, "prompt", request.MaxTokens, request.Common, cacheSalt, isChat: false);
    }

    private MappedRequest Finish(
        string requestId, int[] prompt, string promptParam, long? maxTokens, CommonParameters common, string cacheSalt, bool isChat)
    {
        long room = contextLength - prompt.Length;
        if (room < (maxTokens ?? 1))
        {
            string asked = maxTokens is null
                ? $"your {promptParam} resulted in {prompt.Length} tokens, which leaves no room for an answer"
                : $"you requested {prompt.Length + maxTokens} tokens ({prompt.Length} in the {promptParam}, {maxTokens} in the completion)";
            throw RequestError.Invalid(promptParam, "context_length_exceeded",
                $"This model's maximum context length is {contextLength} tokens. However, {asked}. Please reduce the length of the {promptParam} or completion.");
        }
        var generation = new GenerationRequest
        {
            Id = requestId,
            Prompt = prompt,
            MaxTokens = (int)(maxTokens ?? Math.Min(room, maxCompletionTokens ?? room)),
            Sampling = common.Sampling,
            Stop = common.Stop,
            CacheSalt = cacheSalt,
            IgnoreEndTokens = common.IgnoreEndTokens,
        };
        return new MappedRequest(generation, model, time.GetUtcNow().ToUnixTimeSeconds(), isChat);
    }
}
