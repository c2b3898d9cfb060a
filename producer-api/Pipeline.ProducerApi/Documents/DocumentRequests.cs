using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Pipeline.ProducerApi.Batches;

namespace Pipeline.ProducerApi.Documents;

/// <summary>
/// Writes the requests about documents, as JSON in UTF-8. All begin with the instruction, so that a worker computes it once; what
/// differs comes after.
/// </summary>
internal sealed class DocumentRequests(string prompt, string model, string? schema, int maxTokens)
{
    private static readonly JsonWriterOptions Format = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public DocumentRequests(DocumentTask task)
        : this(task.Prompt, task.Model, task.Schema, task.MaxTokens ?? DocumentTask.DefaultMaxTokens)
    {
    }

    /// <summary>Asks about a document that fits.</summary>
    public byte[] Whole(string text) => Body($"{prompt}\n\n{text}");

    /// <summary>Asks about a part of a document.</summary>
    /// <param name="text">The part.</param>
    /// <param name="number">Which it is, from 1.</param>
    /// <param name="count">How many there are.</param>
    public byte[] Part(string text, int number, int count) => Body(
        $"{prompt}\n\nThis is part {number} of {count} of a document that is too long to be read at once. Answer for this part.\n\n{text}");

    /// <summary>Asks for one answer in place of several, each to a part of the document.</summary>
    public byte[] Merge(IEnumerable<string> answers)
    {
        StringBuilder content = new(prompt);
        content.Append("\n\nThe document was too long to be read at once. These are the answers to its parts, in order. Merge them into one answer for the whole document.");
        foreach ((int index, string answer) in answers.Index())
        {
            content.Append("\n\nAnswer ").Append(index + 1).Append(":\n").Append(answer);
        }

        return Body(content.ToString());
    }

    /// <summary>A line of a batch file.</summary>
    /// <param name="customId">The line's name.</param>
    /// <param name="body">What it asks.</param>
    /// <returns>The line with its end.</returns>
    public static byte[] Line(string customId, byte[] body)
    {
        ArrayBufferWriter<byte> line = new(body.Length + 256);
        using Utf8JsonWriter json = new(line, Format);
        json.WriteStartObject();
        json.WriteString("custom_id"u8, customId);
        json.WriteString("method"u8, "POST"u8);
        json.WriteString("url"u8, Endpoints.ChatCompletions);
        json.WritePropertyName("body"u8);
        json.WriteRawValue(body, skipInputValidation: true);
        json.WriteEndObject();
        json.Flush();
        line.Write("\n"u8);
        return line.WrittenSpan.ToArray();
    }

    private byte[] Body(string content)
    {
        ArrayBufferWriter<byte> body = new(content.Length + 512);
        using Utf8JsonWriter json = new(body, Format);
        json.WriteStartObject();
        json.WriteString("model"u8, model);
        json.WriteStartArray("messages"u8);
        json.WriteStartObject();
        json.WriteString("role"u8, "user"u8);
        json.WriteString("content"u8, content);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteNumber("temperature"u8, 0);
        json.WriteNumber("max_tokens"u8, maxTokens);
        if (schema is not null)
        {
            json.WriteStartObject("response_format"u8);
            json.WriteString("type"u8, "json_schema"u8);
            json.WriteStartObject("json_schema"u8);
            json.WriteString("name"u8, "document"u8);
            json.WriteBoolean("strict"u8, true);
            json.WritePropertyName("schema"u8);
            // As it came but for line ends, which a line of a batch file cannot have; in JSON they are white space.
            json.WriteRawValue(schema.ReplaceLineEndings(" "));
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.Flush();
        return body.WrittenSpan.ToArray();
    }
}
