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
            WriteMessage(writer, answer.Choices[i].Message);
            LogprobsWriter.WriteChat(writer, answer.Choices[i].Scores);
            CompletionParts.WriteFinish(writer, answer.Choices[i]);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        CompletionParts.WriteTail(writer, answer.Usage);
        writer.WriteEndObject();
    }

    /// <remarks><c>reasoning_content</c> is not OpenAI's; it is what DeepSeek and the servers of open models call it.</remarks>
    private static void WriteMessage(Utf8JsonWriter writer, OutputMessage message)
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
            foreach (ToolCall call in message.ToolCalls)
            {
                WriteCall(writer, call);
            }
            writer.WriteEndArray();
        }
        writer.WriteEndObject();
    }

    private static void WriteCall(Utf8JsonWriter writer, ToolCall call)
    {
        writer.WriteStartObject();
        writer.WriteString("id", call.Id);
        writer.WriteString("type", "function");
        writer.WriteStartObject("function");
        writer.WriteString("name", call.Name);
        writer.WriteString("arguments", call.Arguments);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
