using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Tokenization.Templates;

namespace Pipeline.Tokenization.Requests;

/// <summary>
/// Turns the body of an OpenAI request into what a model takes: the tokens of the prompt, and how to go on from there. What
/// is not supported is refused by name, never ignored. Immutable and safe for any number of threads.
/// </summary>
/// <param name="tokenizer">The model's tokenizer.</param>
/// <param name="template">The model's chat template, or null where it has none: then chat requests are refused.</param>
/// <param name="model">The name that requests have to ask for.</param>
public sealed class RequestReader(Tokenizer tokenizer, ChatTemplate? template, string model)
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
        var fields = new RequestFields(Parse(body));
        CheckModel(fields);
        return path switch
        {
            ChatCompletions => ReadChat(ChatRequest.Read(fields)),
            Completions => ReadCompletion(CompletionRequest.Read(fields)),
            Responses => ReadResponse(ResponseRequest.Read(fields)),
            _ => throw RequestErrorException.Invalid("url", "invalid_url", $"The endpoint '{path}' is not supported by this model."),
        };
    }

    private static JsonElement Parse(ReadOnlySpan<byte> body)
    {
        try
        {
            return JsonText.Parse(body);
        }
        catch (JsonException e)
        {
            throw RequestErrorException.Invalid(null, "invalid_json", $"We could not parse the JSON body of your request: {e.Message}");
        }
    }

    private void CheckModel(RequestFields fields)
    {
        string asked = fields.Text("model") ?? throw RequestErrorException.Missing("model");
        if (asked != model)
        {
            throw new RequestErrorException(404, $"The model '{asked}' does not exist or you do not have access to it.",
                "invalid_request_error", "model", "model_not_found");
        }
    }

    private ModelRequest ReadChat(ChatRequest request)
    {
        var form = new ChatForm();
        return new ModelRequest([Render(request.Messages, form, request.TemplateVariables)], request.MaxTokens, request.Common, form);
    }

    private ModelRequest ReadResponse(ResponseRequest request)
    {
        var form = new ResponseForm(request.Settings);
        return new ModelRequest([Render(request.Messages, form, variables: null)], request.Settings.MaxOutputTokens, request.Common, form);
    }

    private int[] Render(JsonArray messages, AnswerForm form, JsonObject? variables)
    {
        if (template is null)
        {
            throw RequestErrorException.Invalid(form.PromptParam, "chat_template_missing",
                $"The model '{model}' has no chat template: use {Completions}.");
        }
        try
        {
            // The template writes the special tokens itself. As everywhere else, those in a message count too.
            return tokenizer.Encode(template.Render(messages, addGenerationPrompt: true, tools: null, variables), addSpecialTokens: false);
        }
        catch (TemplateRenderException e)
        {
            throw RequestErrorException.Invalid(form.PromptParam, "chat_template_error",
                $"The model's chat template refused the {form.PromptParam}: {e.Message}");
        }
    }

    private ModelRequest ReadCompletion(CompletionRequest request) =>
        new([.. request.Prompts.Select(Encode)], request.MaxTokens, request.Common, new CompletionForm());

    private int[] Encode(CompletionPrompt prompt)
    {
        int[] tokens = prompt.Tokens ?? tokenizer.Encode(prompt.Text!, addSpecialTokens: true);
        return tokens.Length > 0 ? tokens : throw RequestErrorException.Invalid(prompt.Path, "empty_string",
            $"Invalid '{prompt.Path}': the prompt has no tokens, and the model has no token to begin with.");
    }
}
