using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Tokenization;
using Pipeline.Tokenization.Requests;

namespace Pipeline.GpuWorker.Commands;

/// <summary><c>render</c>: chat requests in, a line each; the prompts that the model's chat template makes of them out.</summary>
/// <remarks>
/// The messages go to the template as they are, and so do the tools: this is for comparing templates, not for checking
/// requests.
/// </remarks>
internal static class RenderCommand
{
    public static Command Create()
    {
        Option<string> model = ModelOption.Create();
        var command = new Command("render",
            "Reads chat requests, one a line (messages, tools, add_generation_prompt, chat_template_kwargs), and writes the rendered prompts as JSON strings.")
        {
            model,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            ChatTemplate? template = ModelOption.Load(() => ChatTemplate.Load(result.GetValue(model)!), Console.Error);
            return template is null ? 1 : await JsonLines.AnswerAsync(
                Console.In, Console.Out, Console.Error, line => Render(line, template), cancellationToken);
        });
        return command;
    }

    internal static string Render(string line, ChatTemplate template)
    {
        JsonElement request = JsonText.Parse(line);
        if (request.ValueKind != JsonValueKind.Object)
        {
            throw new JsonException($"A chat request, a JSON object, is needed, not {request.ValueKind}.");
        }
        if (Part(request, "messages", JsonValueKind.Array) is not { } messages)
        {
            throw new JsonException("The request has no 'messages'.");
        }
        bool addGenerationPrompt = !request.TryGetProperty("add_generation_prompt", out JsonElement add)
            || add.ValueKind switch
            {
                JsonValueKind.True or JsonValueKind.Null => true,
                JsonValueKind.False => false,
                _ => throw new JsonException("'add_generation_prompt' must be true or false."),
            };
        string prompt = template.Render(
            JsonArray.Create(messages)!,
            addGenerationPrompt,
            Part(request, "tools", JsonValueKind.Array) is { } tools ? JsonArray.Create(tools) : null,
            Part(request, "chat_template_kwargs", JsonValueKind.Object) is { } variables ? JsonObject.Create(variables) : null);
        return JsonText.Write(writer => writer.WriteStringValue(prompt));
    }

    private static JsonElement? Part(JsonElement request, string name, JsonValueKind kind) =>
        !request.TryGetProperty(name, out JsonElement part) || part.ValueKind == JsonValueKind.Null ? null
        : part.ValueKind == kind ? part
        : throw new JsonException($"'{name}' must be of kind {kind}.");
}
