using DocumentFormat.OpenXml.Wordprocessing;
using Pipeline.Documents.Tests.Support;

namespace Pipeline.Documents.Tests.Formats;

public sealed class DocxTests
{
    [Fact]
    public void Paragraphs_and_tables_of_a_Word_document_come_as_lines_and_cells()
    {
        byte[] docx = Made.Docx(
            Made.Paragraph("A ti", "tle"),
            Made.Paragraph("Text with\u00E9"),
            new Table(
                new TableRow(new TableCell(Made.Paragraph("item")), new TableCell(Made.Paragraph("price"))),
                new TableRow(new TableCell(Made.Paragraph("pen")), new TableCell(Made.Paragraph("1.20")))),
            Made.Paragraph("after"));
        ReadDocument document = Read.One("a.docx", docx);
        Assert.Equal("docx", document.Kind);
        Assert.Equal(["A title", "Text with\u00E9", "", "item\tprice", "pen\t1.20", "", "after"], document.Text!.Split('\n'));
    }

    [Fact]
    public void Deleted_text_of_tracked_changes_is_left_out_and_inserted_text_is_not()
    {
        byte[] docx = Made.Docx(new Paragraph(
            new DeletedRun(new Run(new DeletedText("old"))),
            new InsertedRun(new Run(new DocumentFormat.OpenXml.Wordprocessing.Text("new")))));
        Assert.Equal("new", Read.One("a.docx", docx).Text);
    }

    [Fact]
    public void A_compound_file_called_docx_is_reported_as_encrypted_or_old() =>
        Assert.Equal(UnreadableException.Encrypted, Read.Problem("a.docx", [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, 0, 0]).Code);

    [Fact]
    public void A_zip_that_is_no_Word_document_is_reported_as_damaged() =>
        Assert.Equal(UnreadableException.Damaged, Read.Problem("a.docx", Read.Zip(("x", Read.Bytes("y")))).Code);

    [Fact]
    public void Entities_in_a_Word_document_do_not_grow()
    {
        const string Bomb =
            """
            <?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">
            <!ENTITY x SYSTEM "file:///etc/passwd">]>
            <w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>&c;&x;</w:t></w:r></w:p></w:body></w:document>
            """;
        byte[] docx = Made.Docx(Made.Paragraph("x"));
        MemoryStream stream = new();
        stream.Write(docx);
        using (System.IO.Compression.ZipArchive archive = new(stream, System.IO.Compression.ZipArchiveMode.Update, leaveOpen: true))
        {
            archive.GetEntry("word/document.xml")!.Delete();
            using Stream entry = archive.CreateEntry("word/document.xml").Open();
            entry.Write(Read.Bytes(Bomb));
        }

        Assert.Equal(UnreadableException.Damaged, Read.Problem("a.docx", stream.ToArray()).Code);
    }

    [Fact]
    public void A_Word_document_of_more_text_than_is_read_is_reported_and_not_held() =>
        Assert.NotNull(Read.Problem("a.docx", Made.Docx(Made.Paragraph(new string('a', 300_000))), new ExtractionLimits { MaxCharacters = 1000 }));
}
