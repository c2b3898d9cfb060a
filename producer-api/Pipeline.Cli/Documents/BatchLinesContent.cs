using System.Net;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Pipeline.Cli.Documents;

/// <summary>A batch file that is written while it is sent: a chat completion per document, no copy of them on disk or in memory.</summary>
internal sealed class BatchLinesContent(IEnumerable<Document> documents, DocumentForm form) : HttpContent
{
    /// <summary>What the documents are sent to.</summary>
    public const string Endpoint = "/v1/chat/completions";

    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        foreach (Document document in documents)
        {
            await JsonSerializer.SerializeAsync(stream, Line(document), Json);
            stream.WriteByte((byte)'\n');
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    private object Line(Document document) => new
    {
        custom_id = document.Id,
        method = "POST",
        url = Endpoint,
        body = new
        {
            model = form.Model,
            messages = new[] { new { role = "user", content = $"{document.Instruction ?? form.Prompt}\n\n{document.Text}" } },
            temperature = 0,
            max_tokens = form.MaxTokens,
        },
    };
}
