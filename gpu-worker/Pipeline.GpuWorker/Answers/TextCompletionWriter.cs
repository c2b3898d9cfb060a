using System.Text.Json;

namespace Pipeline.GpuWorker.Answers;

/// <summary>Writes OpenAI's <c>text_completion</c>.</summary>
internal static class TextCompletionWriter
{
    public static void Write(Utf8JsonWriter writer, Answer answer)
    {
        writer.WriteStartObject();
        CompletionParts.WriteHead(writer, answer, "cmpl-", "text_completion");
        writer.WriteStartArray("choices");
        for (int i = 0; i < answer.Choices.Count; i++)
        {
            writer.WriteStartObject();
            writer.WriteString("text", answer.Choices[i].Message.Content);
            writer.WriteNumber("index", i);
            LogprobsWriter.WriteCompletion(writer, answer.Choices[i].Scores);
            CompletionParts.WriteFinish(writer, answer.Choices[i]);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        CompletionParts.WriteTail(writer, answer.Usage);
        writer.WriteEndObject();
    }
}
