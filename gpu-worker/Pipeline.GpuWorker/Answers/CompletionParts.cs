using System.Text.Json;
using Pipeline.Engine;

namespace Pipeline.GpuWorker.Answers;

/// <summary>What chat completions and text completions write alike.</summary>
internal static class CompletionParts
{
    public static void WriteHead(Utf8JsonWriter writer, Answer answer, string idPrefix, string kind)
    {
        writer.WriteString("id", idPrefix + answer.Id);
        writer.WriteString("object", kind);
        writer.WriteNumber("created", answer.Created);
        writer.WriteString("model", answer.Model);
    }

    public static void WriteFinish(Utf8JsonWriter writer, Choice choice) => writer.WriteString("finish_reason", choice switch
    {
        { Finish: FinishReason.Length } => "length",
        { Message.ToolCalls.Count: > 0 } => "tool_calls",
        _ => "stop",
    });

    public static void WriteTail(Utf8JsonWriter writer, Usage usage)
    {
        writer.WriteStartObject("usage");
        writer.WriteNumber("prompt_tokens", usage.Prompt);
        writer.WriteNumber("completion_tokens", usage.Completion);
        writer.WriteNumber("total_tokens", usage.Prompt + usage.Completion);
        writer.WriteStartObject("prompt_tokens_details");
        writer.WriteNumber("cached_tokens", usage.Cached);
        if (usage.Truncated > 0)
        {
            writer.WriteNumber("truncated_tokens", usage.Truncated);
        }
        writer.WriteEndObject();
        writer.WriteStartObject("completion_tokens_details");
        writer.WriteNumber("reasoning_tokens", usage.Reasoning);
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteNull("system_fingerprint");
    }
}
