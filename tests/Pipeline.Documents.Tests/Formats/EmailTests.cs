using System.Text;
using MimeKit;
using Pipeline.Documents.Tests.Support;

namespace Pipeline.Documents.Tests.Formats;

public sealed class EmailTests
{
    [Fact]
    public void A_message_and_its_attachments_are_a_document_each()
    {
        BodyBuilder body = new() { TextBody = "Please see the bill.\n", HtmlBody = "<p>Please see the <b>bill</b>.</p>" };
        body.Attachments.Add("bill.pdf", Made.Pdf("Total 5.00"));
        body.Attachments.Add("../photo.png", [1, 2, 3]);
        List<ReadDocument> documents = Read.All("mail.eml", Message(body.ToMessageBody()));
        Assert.Equal(["mail.eml", "mail.eml/bill.pdf", "mail.eml/photo.png"], documents.Select(document => document.Name));
        Assert.Equal("From: \"Ann\" <ann@example.org>\nTo: bob@example.org\nDate: Wed, 25 Nov 2026 10:00:00 +0000\nSubject: Gr\u00FC\u00DFe\n\nPlease see the bill.", documents[0].Text);
        Assert.Equal(("pdf", "Total 5.00"), (documents[1].Kind, documents[1].Text));
        Assert.Equal(UnreadableException.UnsupportedType, documents[2].Problem?.Code);
    }

    [Fact]
    public void A_forwarded_message_is_read_with_what_is_attached_to_it()
    {
        BodyBuilder inner = new() { TextBody = "inner" };
        inner.Attachments.Add("n.txt", Encoding.UTF8.GetBytes("note"));
        using MimeMessage forwarded = Make(inner.ToMessageBody());
        byte[] content = Message(new Multipart("mixed") { new TextPart("plain") { Text = "outer" }, new MessagePart { Message = forwarded } });
        Assert.Equal(
            ["mail.eml", "mail.eml/Gr\u00FC\u00DFe.eml", "mail.eml/Gr\u00FC\u00DFe.eml/n.txt"], Read.All("mail.eml", content).Select(document => document.Name));
    }

    [Fact]
    public void A_message_in_HTML_alone_reads_as_it_is_seen()
    {
        byte[] content = Message(new TextPart("html") { Text = "<p>caf\u00E9<script>x</script></p>" });
        Assert.EndsWith("\n\ncaf\u00E9", Read.Text("mail.eml", content), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("iso-8859-1", new byte[] { 0xE9 }, "\u00E9")]
    [InlineData("windows-1251", new byte[] { 0xCF }, "\u041F")]
    [InlineData("utf-8", new byte[] { 0xC3, 0xA9 }, "\u00E9")]
    public void The_charset_of_a_body_is_used(string charset, byte[] letter, string expected) => Assert.EndsWith(
        $"\n\n{expected}",
        Read.Text("m.eml", [.. Read.Bytes($"Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"), .. letter]),
        StringComparison.Ordinal);

    [Fact]
    public void What_is_no_message_is_reported_as_damaged() =>
        Assert.Equal(UnreadableException.Damaged, Read.Problem("m.eml", Read.Bytes("no message at all")).Code);

    private static byte[] Message(MimeEntity body)
    {
        using MimeMessage message = Make(body);
        using MemoryStream stream = new();
        message.WriteTo(stream);
        return stream.ToArray();
    }

    private static MimeMessage Make(MimeEntity body) => new(
        [new MailboxAddress("Ann", "ann@example.org")], [new MailboxAddress(null, "bob@example.org")], "Gr\u00FC\u00DFe", body)
    {
        Date = new DateTimeOffset(2026, 11, 25, 10, 0, 0, TimeSpan.Zero),
    };
}
