using Pipeline.Documents.Formats;

namespace Pipeline.Documents;

/// <summary>The formats that are read, and which of them a file has: by how it begins, else by its name's extension.</summary>
public static class DocumentFormats
{
    /// <summary>Bytes of a file's beginning that are looked at.</summary>
    public const int HeadLength = 1024;

    private static readonly Dictionary<string, string> Unread = new(StringComparer.Ordinal)
    {
        [".doc"] = "The old Word format is not read: save it as .docx or .pdf.",
        [".xls"] = "Excel files are not read: save the sheet as .csv.",
        [".xlsx"] = "Excel files are not read: save the sheet as .csv.",
        [".ppt"] = "PowerPoint files are not read: save it as .pdf.",
        [".pptx"] = "PowerPoint files are not read: save it as .pdf.",
        [".msg"] = "Outlook's own format is not read: save the message as .eml.",
        [".rtf"] = "RTF is not read: save it as .docx or .pdf.",
        [".odt"] = "OpenDocument is not read: save it as .docx or .pdf.",
    };

    /// <summary>All of them.</summary>
    public static IReadOnlyList<IDocumentFormat> All { get; } =
        [new PdfFormat(), new ZipFormat(), new DocxFormat(), new EmailFormat(), new HtmlFormat(), new CsvFormat(), new MarkdownFormat(), new PlainTextFormat()];

    /// <summary>All extensions, as a person would list them.</summary>
    public static string Names => string.Join(", ", All.SelectMany(format => format.Extensions).Select(extension => extension[1..]));

    /// <summary>The format of a file. Its content stands at the beginning afterwards.</summary>
    /// <exception cref="UnreadableException">It has none of them.</exception>
    public static IDocumentFormat Of(SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        byte[] buffer = new byte[HeadLength];
        ReadOnlySpan<byte> head = buffer.AsSpan(0, file.Content.ReadAtLeast(buffer, HeadLength, throwOnEndOfStream: false));
        file.Content.Position = 0;
        string extension = Path.GetExtension(file.Name).ToLowerInvariant();
        if (head.IsEmpty)
        {
            throw new UnreadableException(UnreadableException.NoText, "The file is empty.");
        }

        IDocumentFormat? byName = All.FirstOrDefault(format => format.Extensions.Contains(extension));
        if (!Unread.ContainsKey(extension))
        {
            // A .docx is a .zip to look at: where the name says which and is not wrong, it is believed.
            foreach (IDocumentFormat format in byName is null ? All : All.Prepend(byName))
            {
                if (format.Recognizes(head))
                {
                    return format;
                }
            }
        }

        return byName ?? throw new UnreadableException(
            UnreadableException.UnsupportedType,
            Unread.GetValueOrDefault(extension) ?? $"Files of type '{(extension.Length > 0 ? extension : "without an extension")}' are not read; these are: {Names}.");
    }
}
