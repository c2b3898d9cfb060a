using System.Text;
using UglyToad.PdfPig;
using UglyToad.PdfPig.Content;
using UglyToad.PdfPig.DocumentLayoutAnalysis.TextExtractor;
using UglyToad.PdfPig.Exceptions;

namespace Pipeline.Documents.Formats;

/// <summary>PDF: the text of its pages in reading order. Pages that are pictures have none.</summary>
internal sealed class PdfFormat : IDocumentFormat
{
    private static readonly ParsingOptions Options = new() { UseLenientParsing = true, SkipMissingFonts = true };

    public string Name => "pdf";

    public IReadOnlyList<string> Extensions => [".pdf"];

    public bool Recognizes(ReadOnlySpan<byte> head) => head.StartsWith("%PDF-"u8);

    public IEnumerable<Finding> Read(SourceFile file, Extraction extraction)
    {
        using PdfDocument document = Open(file.Content);
        int pages = document.NumberOfPages;
        if (pages > extraction.Limits.MaxPages)
        {
            throw new UnreadableException(UnreadableException.TooLarge, $"It has {pages} pages, more than the {extraction.Limits.MaxPages} that are read.");
        }

        StringBuilder text = new();
        for (int number = 1; number <= pages; number++)
        {
            Page page = document.GetPage(number);
            extraction.CheckLength(text.Length + page.Letters.Count);
            string content = ContentOrderTextExtractor.GetText(page, addDoubleNewline: true);
            if (content.Length > 0)
            {
                text.Append(text.Length > 0 ? "\n\n" : "").Append(content);
            }

            extraction.CheckLength(text.Length);
        }

        yield return new Finding.Text(file.Name, text.ToString(), pages);
    }

    private static PdfDocument Open(Stream content)
    {
        try
        {
            return PdfDocument.Open(content, Options);
        }
        catch (PdfDocumentEncryptedException e)
        {
            throw new UnreadableException(UnreadableException.Encrypted, "It is protected by a password.", e);
        }
    }
}
