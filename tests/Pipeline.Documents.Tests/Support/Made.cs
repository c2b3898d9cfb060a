using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Wordprocessing;
using UglyToad.PdfPig.Content;
using UglyToad.PdfPig.Core;
using UglyToad.PdfPig.Fonts.Standard14Fonts;
using UglyToad.PdfPig.Writer;

namespace Pipeline.Documents.Tests.Support;

/// <summary>Files that the tests make, with the libraries that others write them with.</summary>
internal static class Made
{
    /// <summary>A PDF with a page for each text, whose lines are written one below the other; an empty page where there is none.</summary>
    public static byte[] Pdf(params string[] pages)
    {
        using PdfDocumentBuilder builder = new();
        PdfDocumentBuilder.AddedFont font = builder.AddStandard14Font(Standard14Font.Helvetica);
        foreach (string text in pages)
        {
            PdfPageBuilder page = builder.AddPage(UglyToad.PdfPig.Content.PageSize.A4);
            int y = 780;
            foreach (string line in text.Split('\n').Where(line => line.Length > 0))
            {
                page.AddText(line, 11, new PdfPoint(50, y), font);
                y -= 16;
            }
        }

        return builder.Build();
    }

    public static byte[] Docx(params OpenXmlElement[] body)
    {
        MemoryStream stream = new();
        using (WordprocessingDocument document = WordprocessingDocument.Create(stream, WordprocessingDocumentType.Document))
        {
            document.AddMainDocumentPart().Document = new Document(new Body(body));
        }

        return stream.ToArray();
    }

    public static Paragraph Paragraph(params string[] runs) => new(runs.Select(run => new Run(new DocumentFormat.OpenXml.Wordprocessing.Text(run) { Space = SpaceProcessingModeValues.Preserve })));
}
