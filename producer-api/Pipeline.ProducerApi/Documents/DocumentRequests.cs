using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Pipeline.ProducerApi.Batches;

namespace Pipeline.ProducerApi.Documents;

/// <summary>
/// Writes the requests about documents, as JSON in UTF-8. All begin with the instruction, so that a worker computes it once; what
/// differs comes after. Each is written into the same buffer: it is valid until the next. Not for concurrent use.
/// </summary>
internal sealed class DocumentRequests : IDisposable
{
    private static readonly JsonWriterOptions Format = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly string _prompt;
    private readonly string _model;
    private readonly string? _schema;
    private readonly int _maxTokens;
    private readonly ArrayBufferWriter<byte> _buffer = new();
    private readonly Utf8JsonWriter _json;

    public DocumentRequests(string prompt, string model, string? schema, int maxTokens)
    {
        // As it came but for line ends, which a line of a batch file cannot have; in JSON they are white space.
        (_prompt, _model, _schema, _maxTokens) = (prompt, model, schema?.ReplaceLineEndings(" "), maxTokens);
        _json = new Utf8JsonWriter(_buffer, Format);
    }

    /// <summary>Asks about a document, or about a part of one.</summary>
    /// <param name="text">The text.</param>
    /// <param name="number">Which part it is, from 1.</param>
    /// <param name="count">How many parts there are; 1 for a whole document.</param>
    public ReadOnlyMemory<byte> Ask(string text, int number = 1, int count = 1)
    {
        Begin();
        WriteAsk(text, number, count);
        return End();
    }

    /// <summary>The same as a line of a batch file, with its end.</summary>
    /// <param name="customId">The line's name.</param>
    /// <param name="text">The text.</param>
    /// <param name="number">Which part it is, from 1.</param>
    /// <param name="count">How many parts there are; 1 for a whole document.</param>
    public ReadOnlyMemory<byte> Line(string customId, string text, int number = 1, int count = 1)
    {
        Begin();
        _json.WriteStartObject();
        _json.WriteString("custom_id"u8, customId);
        _json.WriteString("method"u8, "POST"u8);
        _json.WriteString("url"u8, Endpoints.ChatCompletions);
        _json.WritePropertyName("body"u8);
        WriteAsk(text, number, count);
        _json.WriteEndObject();
        _json.Flush();
        _buffer.Write("\n"u8);
        return _buffer.WrittenMemory;
    }

    /// <summary>Asks for one answer in place of several, each to a part of the document.</summary>
    public ReadOnlyMemory<byte> Merge(IEnumerable<string> answers)
    {
        Begin();
        BeginBody();
        Say("\n\nThe document was too long to be read at once. These are the answers to its parts, in order. Merge them into one answer for the whole document.");
        foreach ((int index, string answer) in answers.Index())
        {
            Say($"\n\nAnswer {index + 1}:\n");
            Say(answer);
        }

        EndBody();
        return End();
    }

    /// <inheritdoc/>
    public void Dispose() => _json.Dispose();

    private void WriteAsk(string text, int number, int count)
    {
        BeginBody();
        Say(count == 1 ? "\n\n" : $"\n\nThis is part {number} of {count} of a document that is too long to be read at once. Answer for this part.\n\n");
        Say(text);
        EndBody();
    }

    private void Begin()
    {
        _buffer.ResetWrittenCount();
        _json.Reset(_buffer);
    }

    private ReadOnlyMemory<byte> End()
    {
        _json.Flush();
        return _buffer.WrittenMemory;
    }

    /// <summary>The body as far as the prompt; the content of its message goes on from there.</summary>
    private void BeginBody()
    {
        _json.WriteStartObject();
        _json.WriteString("model"u8, _model);
        _json.WriteStartArray("messages"u8);
        _json.WriteStartObject();
        _json.WriteString("role"u8, "user"u8);
        _json.WritePropertyName("content"u8);
        Say(_prompt);
    }

    private void Say(string words) => _json.WriteStringValueSegment(words, isFinalSegment: false);

    private void EndBody()
    {
        _json.WriteStringValueSegment("", isFinalSegment: true);
        _json.WriteEndObject();
        _json.WriteEndArray();
        _json.WriteNumber("temperature"u8, 0);
        _json.WriteNumber("max_tokens"u8, _maxTokens);
        if (_schema is not null)
        {
            _json.WriteStartObject("response_format"u8);
            _json.WriteString("type"u8, "json_schema"u8);
            _json.WriteStartObject("json_schema"u8);
            _json.WriteString("name"u8, "document"u8);
            _json.WriteBoolean("strict"u8, true);
            _json.WritePropertyName("schema"u8);
            _json.WriteRawValue(_schema);
            _json.WriteEndObject();
            _json.WriteEndObject();
        }

        _json.WriteEndObject();
    }
}
