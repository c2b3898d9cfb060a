using System.Text.Json;

namespace Pipeline.GpuWorker.Answers;

/// <summary>Writes what a model said as the output items of a <c>response</c>: what it thought, what it said, what it calls.</summary>
internal static class ResponseItemWriter
{
    /// <param name="writer">Stands in the array of items.</param>
    /// <param name="answerId">The answer, which the items' ids are made of.</param>
    /// <param name="choice">What the model said.</param>
    /// <param name="whole">Whether it came to its end; otherwise the last item is the incomplete one.</param>
    public static void Write(Utf8JsonWriter writer, string answerId, Choice choice, bool whole)
    {
        OutputMessage message = choice.Message;
        bool speaks = message.Content is not null;
        if (message.Reasoning is { } reasoning)
        {
            WriteReasoning(writer, answerId, reasoning, whole || speaks || message.ToolCalls.Count > 0);
        }
        if (speaks)
        {
            WriteMessage(writer, answerId, message.Content!, choice.Scores, whole || message.ToolCalls.Count > 0);
        }
        for (int i = 0; i < message.ToolCalls.Count; i++)
        {
            WriteCall(writer, answerId, i, message.ToolCalls[i]);
        }
    }

    private static void WriteReasoning(Utf8JsonWriter writer, string answerId, string text, bool whole)
    {
        writer.WriteStartObject();
        writer.WriteString("id", "rs_" + answerId);
        writer.WriteString("type", "reasoning");
        writer.WriteStartArray("summary");
        writer.WriteEndArray();
        writer.WriteStartArray("content");
        writer.WriteStartObject();
        writer.WriteString("type", "reasoning_text");
        writer.WriteString("text", text);
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteString("status", Status(whole));
        writer.WriteEndObject();
    }

    private static void WriteMessage(Utf8JsonWriter writer, string answerId, string text, IReadOnlyList<ScoredToken>? scores, bool whole)
    {
        writer.WriteStartObject();
        writer.WriteString("id", "msg_" + answerId);
        writer.WriteString("type", "message");
        writer.WriteString("status", Status(whole));
        writer.WriteString("role", "assistant");
        writer.WriteStartArray("content");
        writer.WriteStartObject();
        writer.WriteString("type", "output_text");
        writer.WriteStartArray("annotations");
        writer.WriteEndArray();
        writer.WriteString("text", text);
        if (scores is not null)
        {
            LogprobsWriter.WriteTokens(writer, "logprobs", scores);
        }
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteCall(Utf8JsonWriter writer, string answerId, int index, ToolCall call)
    {
        writer.WriteStartObject();
        writer.WriteString("id", $"fc_{answerId}-{index}");
        writer.WriteString("type", "function_call");
        writer.WriteString("status", Status(whole: true));
        writer.WriteString("call_id", call.Id);
        writer.WriteString("name", call.Name);
        writer.WriteString("arguments", call.Arguments);
        writer.WriteEndObject();
    }

    private static string Status(bool whole) => whole ? "completed" : "incomplete";
}
