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
        ResponseItemWriter.Write(writer, answer.Id, answer.Choices[0].Message, whole);
        writer.WriteEndArray();
        WriteSettings(writer, settings);
        WriteUsage(writer, answer.Usage);
        writer.WriteString("user", settings.User);
        WriteMetadata(writer, settings.Metadata);
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
        writer.WriteBoolean("parallel_tool_calls", true);
        writer.WriteNull("previous_response_id");
        writer.WriteStartObject("reasoning");
        writer.WriteNull("effort");
        writer.WriteNull("summary");
        writer.WriteEndObject();
        writer.WriteString("service_tier", "default");
        writer.WriteBoolean("store", false);
        writer.WriteNumber("temperature", settings.Temperature);
        writer.WriteStartObject("text");
        writer.WriteStartObject("format");
        writer.WriteString("type", "text");
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteString("tool_choice", "auto");
        writer.WriteStartArray("tools");
        writer.WriteEndArray();
        writer.WriteNumber("top_p", settings.TopP);
        writer.WriteString("truncation", "disabled");
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

    private static void WriteMetadata(Utf8JsonWriter writer, JsonElement? metadata)
    {
        writer.WritePropertyName("metadata");
        if (metadata is { } given)
        {
            given.WriteTo(writer);
        }
        else
        {
            writer.WriteStartObject();
            writer.WriteEndObject();
        }
    }
}
