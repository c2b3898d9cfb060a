using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Wordprocessing;
using Pipeline.Documents.Text;

namespace Pipeline.Documents.Formats;

/// <summary>
/// Word: paragraphs, lists and tables of the body, then foot and end notes. Deleted text of tracked changes, field codes, headers
/// and footers are left out. Parts are read element by element and bounded in length, and document types are refused, so
/// that entities cannot grow.
/// </summary>
internal sealed class DocxFormat : IDocumentFormat
{
    public string Name => "docx";

    public IReadOnlyList<string> Extensions => [".docx", ".docm", ".dotx"];

    public bool Recognizes(ReadOnlySpan<byte> head) => head.StartsWith("PK\x03\x04"u8);

    public IEnumerable<Finding> Read(SourceFile file, Extraction extraction)
    {
        RefuseCompound(file.Content);
        using WordprocessingDocument document = WordprocessingDocument.Open(
            file.Content, isEditable: false, new OpenSettings { MaxCharactersInPart = 4L * extraction.Limits.MaxCharacters });
        MainDocumentPart main = document.MainDocumentPart
            ?? throw new UnreadableException(UnreadableException.Damaged, "It is no Word document: it has no main part.");
        FlowText text = new(extraction);
        foreach (OpenXmlPart? part in new OpenXmlPart?[] { main, main.FootnotesPart, main.EndnotesPart })
        {
            if (part is not null)
            {
                Add(part, text, extraction);
                text.Paragraph();
            }
        }

        yield return new Finding.Text(file.Name, text.ToString());
    }

    /// <summary>Encrypted documents, and those of before 2007, are OLE compound files.</summary>
    private static void RefuseCompound(Stream content)
    {
        Span<byte> head = stackalloc byte[4];
        int read = content.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        content.Position = 0;
        if (read == head.Length && head.SequenceEqual<byte>([0xD0, 0xCF, 0x11, 0xE0]))
        {
            throw new UnreadableException(UnreadableException.Encrypted, "It is protected by a password, or in the format of before Word 2007.");
        }
    }

    private static void Add(OpenXmlPart part, FlowText text, Extraction extraction)
    {
        using OpenXmlReader reader = OpenXmlReader.Create(part);
        int cells = 0;
        while (reader.Read())
        {
            extraction.Cancellation.ThrowIfCancellationRequested();
            if (reader.ElementType == typeof(TableRow))
            {
                text.Line();
                cells = 0;
            }
            else if (reader.ElementType == typeof(TableCell) && reader.IsStartElement)
            {
                if (cells++ > 0)
                {
                    text.Cell();
                }
            }
            else if (reader.ElementType == typeof(Table))
            {
                text.Paragraph();
                cells = 0;
            }
            else
            {
                AddInline(reader, text, inCell: cells > 0);
            }
        }
    }

    private static void AddInline(OpenXmlReader reader, FlowText text, bool inCell)
    {
        if (reader.ElementType == typeof(Paragraph))
        {
            if (!inCell && reader.IsEndElement)
            {
                text.Line();
            }
            else if (reader.IsStartElement)
            {
                text.Add(" ");
            }
        }
        else if (!reader.IsStartElement)
        {
            return;
        }
        else if (reader.ElementType == typeof(DocumentFormat.OpenXml.Wordprocessing.Text))
        {
            text.Add(reader.GetText());
        }
        else if (reader.ElementType == typeof(TabChar))
        {
            text.Add(" ");
        }
        else if (reader.ElementType == typeof(Break) || reader.ElementType == typeof(CarriageReturn))
        {
            text.Line();
        }
    }
}
