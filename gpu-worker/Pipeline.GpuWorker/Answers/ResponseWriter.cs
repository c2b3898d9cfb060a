using System.Text.Json;
using Pipeline.Engine;
using Pipeline.Tokenization.Requests;

namespace Pipeline.GpuWorker.Answers;

/// <summary>Writes OpenAI's <c>response</c>: the one choice of the answer as output items, and what the request had asked for.</summary>
internal static class ResponseWriter
{
    public static void Write(Utf8JsonWriter writer, Answer answer, ResponseSettings settings)
    {
        bool whole = answer.Choices[0].Finish == FinishReason.Stop;
        writer.WriteStartObject();
        writer.WriteString("id", "resp_" + answer.Id);
        writer.WriteString("object", "response");
        writer.WriteNumber("created_at", answer.Created);
        writer.WriteString("status", whole ? "completed" : "incomplete");
        writer.WriteBoolean("background", false);
        writer.WriteNull("error");
        WriteIncompleteDetails(writer, whole);
        WriteLimits(writer, settings);
        writer.WriteString("model", answer.Model);
        writer.WriteStartArray("output");
        ResponseItemWriter.Write(writer, answer.Id, answer.Choices[0], whole);
        writer.WriteEndArray();
        WriteSettings(writer, settings);
        WriteUsage(writer, answer.Usage);
        writer.WriteString("user", settings.User);
        WriteGiven(writer, "metadata", settings.Metadata, "{}");
        writer.WriteEndObject();
    }

    private static void WriteIncompleteDetails(Utf8JsonWriter writer, bool whole)
    {
        writer.WritePropertyName("incomplete_details");
        if (whole)
        {
            writer.WriteNullValue();
            return;
        }
        writer.WriteStartObject();
        writer.WriteString("reason", "max_output_tokens");
        writer.WriteEndObject();
    }

    private static void WriteLimits(Utf8JsonWriter writer, ResponseSettings settings)
    {
        writer.WriteString("instructions", settings.Instructions);
        writer.WritePropertyName("max_output_tokens");
        if (settings.MaxOutputTokens is { } limit)
        {
            writer.WriteNumberValue(limit);
        }
        else
        {
            writer.WriteNullValue();
        }
    }

    private static void WriteSettings(Utf8JsonWriter writer, ResponseSettings settings)
    {
        writer.WriteBoolean("parallel_tool_calls", settings.ParallelToolCalls);
        writer.WriteNull("previous_response_id");
        writer.WriteStartObject("reasoning");
        writer.WriteString("effort", settings.ReasoningEffort);
        writer.WriteNull("summary");
        writer.WriteEndObject();
        writer.WriteString("service_tier", "default");
        writer.WriteBoolean("store", false);
        writer.WriteNumber("temperature", settings.Temperature);
        writer.WriteStartObject("text");
        WriteGiven(writer, "format", settings.TextFormat, """{"type":"text"}""");
        writer.WriteEndObject();
        WriteGiven(writer, "tool_choice", settings.ToolChoice, "\"auto\"");
        WriteGiven(writer, "tools", settings.Tools, "[]");
        writer.WriteNumber("top_logprobs", settings.TopLogprobs ?? 0);
        writer.WriteNumber("top_p", settings.TopP);
        writer.WriteString("truncation", settings.Truncates ? "auto" : "disabled");
    }

    private static void WriteUsage(Utf8JsonWriter writer, Usage usage)
    {
        writer.WriteStartObject("usage");
        writer.WriteNumber("input_tokens", usage.Prompt);
        writer.WriteStartObject("input_tokens_details");
        writer.WriteNumber("cached_tokens", usage.Cached);
        writer.WriteEndObject();
        writer.WriteNumber("output_tokens", usage.Completion);
        writer.WriteStartObject("output_tokens_details");
        writer.WriteNumber("reasoning_tokens", usage.Reasoning);
        writer.WriteEndObject();
        writer.WriteNumber("total_tokens", usage.Prompt + usage.Completion);
        writer.WriteEndObject();
    }

    /// <summary>Writes a parameter as it was given, or what its absence stands for.</summary>
    private static void WriteGiven(Utf8JsonWriter writer, string name, JsonElement? given, string otherwise)
    {
        writer.WritePropertyName(name);
        writer.WriteRawValue(given?.GetRawText() ?? otherwise);
    }
}
