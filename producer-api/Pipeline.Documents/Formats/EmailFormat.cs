using System.Text;
using MimeKit;
using Pipeline.Documents.Safety;
using Pipeline.Documents.Text;

namespace Pipeline.Documents.Formats;

/// <summary>
/// E-mail (RFC 5322): the headers that people read, then the body, plain rather than HTML where both are there. Attachments
/// and forwarded messages are documents of their own.
/// </summary>
internal sealed class EmailFormat : IDocumentFormat
{
    private const int DeepestNesting = 50;

    static EmailFormat() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    public string Name => "eml";

    public IReadOnlyList<string> Extensions => [".eml"];

    public IEnumerable<Finding> Read(SourceFile file, Extraction extraction)
    {
        ParserOptions options = ParserOptions.Default.Clone();
        options.MaxMimeDepth = DeepestNesting;
        // Persistent: attachments stay in the file until they are taken out of it.
        using MimeMessage message = MimeMessage.Load(options, file.Content, persistent: true, extraction.Cancellation);
        if (message.Headers.Count == 0)
        {
            throw new UnreadableException(UnreadableException.Damaged, "It is no e-mail: it has no headers.");
        }

        yield return new Finding.Text(file.Name, TextOf(message, extraction));
        int number = 0;
        foreach (MimeEntity attachment in message.BodyParts.Where(IsAttached))
        {
            number++;
            string name = SafeNames.Inside(file.Name, NameOf(attachment, number));
            using Stream content = Content(attachment, extraction);
            yield return new Finding.File(new SourceFile(name, content, attachment.ContentType.Charset));
        }
    }

    /// <summary>What somebody attached, whatever the disposition says; pictures that belong to the body are no documents.</summary>
    private static bool IsAttached(MimeEntity part) =>
        part.IsAttachment || part is MessagePart || (part is MimePart { FileName.Length: > 0 } && !part.ContentType.IsMimeType("image", "*"));

    private static string TextOf(MimeMessage message, Extraction extraction)
    {
        StringBuilder text = new();
        AddHeader(text, "From", message.From.ToString());
        AddHeader(text, "To", message.To.ToString());
        AddHeader(text, "Cc", message.Cc.ToString());
        AddHeader(text, "Date", message.Headers[HeaderId.Date]);
        AddHeader(text, "Subject", message.Subject);
        string? body = message.TextBody is { Length: > 0 } plain ? plain
            : message.HtmlBody is { Length: > 0 } html ? HtmlText.Of(html, extraction) : null;
        text.Append('\n').Append(body);
        extraction.CheckLength(text.Length);
        return text.ToString();
    }

    private static void AddHeader(StringBuilder text, string name, string? value)
    {
        if (!string.IsNullOrWhiteSpace(value))
        {
            text.Append(name).Append(": ").Append(value.ReplaceLineEndings(" ")).Append('\n');
        }
    }

    private static string NameOf(MimeEntity attachment, int number) => attachment switch
    {
        MessagePart { Message.Subject: { Length: > 0 } subject } => $"{subject.Replace('/', '-')}.eml",
        MessagePart => $"message {number}.eml",
        _ when attachment.ContentDisposition?.FileName is { Length: > 0 } name => name,
        _ when attachment.ContentType.Name is { Length: > 0 } name => name,
        _ => $"attachment {number}{ExtensionOf(attachment.ContentType)}",
    };

    private static string ExtensionOf(ContentType type) => type.MimeType.ToLowerInvariant() switch
    {
        "text/plain" => ".txt",
        "text/html" => ".html",
        "text/csv" => ".csv",
        "application/pdf" => ".pdf",
        _ => "",
    };

    private static Stream Content(MimeEntity attachment, Extraction extraction)
    {
        using FileStream decoded = TemporaryFile.Create();
        switch (attachment)
        {
            case MessagePart { Message: { } message }:
                message.WriteTo(decoded, extraction.Cancellation);
                break;
            case MimePart part:
                part.Content?.DecodeTo(decoded, extraction.Cancellation);
                break;
        }

        decoded.Position = 0;
        return UnpackedFile.Take(decoded, packedBytes: 0, extraction);
    }
}
