using System.Text;
using Pipeline.Documents.Tests.Support;

namespace Pipeline.Documents.Tests.Formats;

public sealed class PdfTests
{
    [Fact]
    public void The_pages_of_a_PDF_come_in_order_line_by_line()
    {
        ReadDocument document = Read.One("a.pdf", Made.Pdf("INVOICE 17\nTotal 12.50 EUR", "Second page"));
        Assert.Equal(("a.pdf", "pdf", 2), (document.Name, document.Kind, document.Pages));
        string[] lines = [.. document.Text!.Split('\n').Where(line => line.Length > 0)];
        Assert.Equal(["INVOICE 17", "Total 12.50 EUR", "Second page"], lines);
    }

    [Fact]
    public void A_PDF_is_known_by_how_it_begins_whatever_it_is_called() =>
        Assert.Equal("pdf", Read.One("scan.txt", Made.Pdf("text")).Kind);

    [Fact]
    public void A_scanned_PDF_is_reported_as_without_text()
    {
        ReadDocument document = Read.One("scan.pdf", Made.Pdf("", ""));
        Assert.Equal((UnreadableException.NoText, 2), (document.Problem?.Code, document.Pages));
        Assert.Contains("scans", document.Problem!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_PDF_with_a_password_is_reported_as_encrypted()
    {
        string pdf = Encoding.Latin1.GetString(Made.Pdf("secret"));
        // The standard security handler with keys that no empty password opens.
        string key = new('7', 64);
        string encrypted = pdf.Replace("trailer\n<<", $"trailer\n<< /Encrypt << /Filter /Standard /V 2 /R 3 /Length 128 /P -44 /O <{key}> /U <{key}> >> /ID [<{key[..32]}> <{key[..32]}>] ", StringComparison.Ordinal);
        Assert.NotEqual(pdf, encrypted);
        Assert.Equal(UnreadableException.Encrypted, Read.Problem("a.pdf", Encoding.Latin1.GetBytes(encrypted)).Code);
    }

    [Fact]
    public void A_broken_PDF_is_reported_as_damaged() =>
        Assert.Equal(UnreadableException.Damaged, Read.Problem("a.pdf", Read.Bytes("%PDF-1.7\nnothing of what follows is one")).Code);

    [Fact]
    public void A_PDF_of_more_pages_than_are_read_is_reported_as_too_large() =>
        Assert.Equal(UnreadableException.TooLarge, Read.Problem("a.pdf", Made.Pdf("1", "2", "3"), new ExtractionLimits { MaxPages = 2 }).Code);

    [Fact]
    public void A_PDF_of_more_text_than_is_read_is_reported_as_too_large() =>
        Assert.Equal(UnreadableException.TooLarge, Read.Problem("a.pdf", Made.Pdf("a page with some words", "and more"), new ExtractionLimits { MaxCharacters = 10 }).Code);
}
