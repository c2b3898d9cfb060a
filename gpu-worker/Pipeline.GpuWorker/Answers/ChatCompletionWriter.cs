using System.Text.Json;

namespace Pipeline.GpuWorker.Answers;

/// <summary>Writes OpenAI's <c>chat.completion</c>.</summary>
internal static class ChatCompletionWriter
{
    public static void Write(Utf8JsonWriter writer, Answer answer)
    {
        writer.WriteStartObject();
        CompletionParts.WriteHead(writer, answer, "chatcmpl-", "chat.completion");
        writer.WriteStartArray("choices");
        for (int i = 0; i < answer.Choices.Count; i++)
        {
            writer.WriteStartObject();
            writer.WriteNumber("index", i);
            WriteMessage(writer, answer.Choices[i].Message, answer.Id, i);
            writer.WriteNull("logprobs");
            CompletionParts.WriteFinish(writer, answer.Choices[i]);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        CompletionParts.WriteTail(writer, answer.Usage);
        writer.WriteEndObject();
    }

    /// <remarks><c>reasoning_content</c> is not OpenAI's; it is what DeepSeek and the servers of open models call it.</remarks>
    private static void WriteMessage(Utf8JsonWriter writer, OutputMessage message, string answerId, int index)
    {
        writer.WriteStartObject("message");
        writer.WriteString("role", "assistant");
        writer.WriteString("content", message.Content);
        writer.WriteNull("refusal");
        if (message.Reasoning is { } reasoning)
        {
            writer.WriteString("reasoning_content", reasoning);
        }
        if (message.ToolCalls.Count > 0)
        {
            writer.WriteStartArray("tool_calls");
            for (int i = 0; i < message.ToolCalls.Count; i++)
            {
                WriteCall(writer, message.ToolCalls[i], ToolCallIds.Make(answerId, index, i));
            }
            writer.WriteEndArray();
        }
        writer.WriteEndObject();
    }

    private static void WriteCall(Utf8JsonWriter writer, ToolCall call, string id)
    {
        writer.WriteStartObject();
        writer.WriteString("id", id);
        writer.WriteString("type", "function");
        writer.WriteStartObject("function");
        writer.WriteString("name", call.Name);
        writer.WriteString("arguments", call.Arguments);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
