using System.Text.Json;
using Pipeline.Engine;
using Pipeline.Tokenization.Requests;

namespace Pipeline.GpuWorker.Requests;

/// <summary>A request for the engine, and the way from its result to the answer.</summary>
/// <param name="Generation">What the engine is to do.</param>
/// <param name="Model">The model's name, as the answer gives it.</param>
/// <param name="Created">When the request was taken up, in Unix seconds.</param>
/// <param name="IsChat">Whether the answer is a chat completion, or else a text completion.</param>
internal sealed record MappedRequest(GenerationRequest Generation, string Model, long Created, bool IsChat)
{
    /// <summary>The answer's body: OpenAI's <c>chat.completion</c> or <c>text_completion</c>.</summary>
    /// <exception cref="ArgumentException">The result is no answer: the generation was cancelled or failed.</exception>
    public string BuildResponse(GenerationResult result)
    {
        string finish = result.FinishReason switch
        {
            FinishReason.Stop => "stop",
            FinishReason.Length => "length",
            _ => throw new ArgumentException($"A generation that ended as {result.FinishReason} has no answer.", nameof(result)),
        };
        return JsonText.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("id", (IsChat ? "chatcmpl-" : "cmpl-") + Generation.Id);
            writer.WriteString("object", IsChat ? "chat.completion" : "text_completion");
            writer.WriteNumber("created", Created);
            writer.WriteString("model", Model);
            writer.WriteStartArray("choices");
            WriteChoice(writer, result.Text, finish);
            writer.WriteEndArray();
            WriteUsage(writer, result);
            writer.WriteNull("system_fingerprint");
            writer.WriteEndObject();
        });
    }

    private void WriteChoice(Utf8JsonWriter writer, string text, string finish)
    {
        writer.WriteStartObject();
        if (IsChat)
        {
            writer.WriteNumber("index", 0);
            writer.WriteStartObject("message");
            writer.WriteString("role", "assistant");
            writer.WriteString("content", text);
            writer.WriteNull("refusal");
            writer.WriteEndObject();
        }
        else
        {
            writer.WriteString("text", text);
            writer.WriteNumber("index", 0);
        }
        writer.WriteNull("logprobs");
        writer.WriteString("finish_reason", finish);
        writer.WriteEndObject();
    }

    private static void WriteUsage(Utf8JsonWriter writer, GenerationResult result)
    {
        writer.WriteStartObject("usage");
        writer.WriteNumber("prompt_tokens", result.PromptTokens);
        writer.WriteNumber("completion_tokens", result.CompletionTokens);
        writer.WriteNumber("total_tokens", result.PromptTokens + result.CompletionTokens);
        writer.WriteStartObject("prompt_tokens_details");
        writer.WriteNumber("cached_tokens", result.CachedTokens);
        writer.WriteEndObject();
        writer.WriteStartObject("completion_tokens_details");
        writer.WriteNumber("reasoning_tokens", 0);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
