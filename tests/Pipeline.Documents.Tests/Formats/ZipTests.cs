using System.Buffers.Binary;
using Pipeline.Documents.Tests.Support;

namespace Pipeline.Documents.Tests.Formats;

public sealed class ZipTests
{
    [Fact]
    public void Each_file_of_an_archive_is_a_document_and_one_that_cannot_be_read_does_not_sink_the_others()
    {
        byte[] zip = Read.Zip(
            ("docs/a.txt", Read.Bytes("first")), ("docs/", []), ("b.pdf", Made.Pdf("second")), ("c.png", [1]), ("__MACOSX/docs/._a.txt", [1]), ("d.pdf", Read.Bytes("%PDF-broken")), ("e.txt", Read.Bytes("last")));
        Assert.Equal(
            [("in.zip/docs/a.txt", "first", null), ("in.zip/b.pdf", "second", null), ("in.zip/c.png", null, UnreadableException.UnsupportedType),
                ("in.zip/d.pdf", null, UnreadableException.Damaged), ("in.zip/e.txt", "last", null)],
            Read.All("in.zip", zip).Select(document => (document.Name, document.Text, document.Problem?.Code)));
    }

    [Theory]
    [InlineData("../../etc/passwd.txt", "in.zip/etc/passwd.txt")]
    [InlineData("/etc/passwd.txt", "in.zip/etc/passwd.txt")]
    [InlineData(@"C:\windows\..\x.txt", "in.zip/windows/x.txt")]
    [InlineData("a//b\u0007.txt", "in.zip/a/b.txt")]
    public void Names_that_lead_elsewhere_lead_nowhere(string name, string expected) =>
        Assert.Equal(expected, Read.One("in.zip", Read.Zip((name, Read.Bytes("x")))).Name);

    [Fact]
    public void Archives_in_archives_are_read_to_a_depth()
    {
        byte[] zip = Read.Bytes("text");
        string name = "t.txt";
        for (int i = 0; i < 6; i++)
        {
            (zip, name) = (Read.Zip((name, zip)), $"{i}.zip");
        }

        Assert.Equal(UnreadableException.TooDeep, Read.Problem("in.zip", zip).Code);
        Assert.Equal("text", Read.One("in.zip", zip, new ExtractionLimits { MaxDepth = 6 }).Text);
    }

    [Fact]
    public void What_unpacks_to_too_many_times_its_size_is_not_read_and_the_next_is()
    {
        byte[] zip = Read.Zip(("bomb.txt", new byte[20 << 20]), ("a.txt", Read.Bytes("fine")));
        List<ReadDocument> documents = Read.All("in.zip", zip);
        Assert.Equal([UnreadableException.TooLarge, null], documents.Select(document => document.Problem?.Code));
        Assert.Contains("200 times", documents[0].Problem!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_unpacks_to_too_much_in_all_ends_there()
    {
        byte[] noise = new byte[100_000];
        new Random(1).NextBytes(noise);
        byte[] zip = Read.Zip([("a.txt", Read.Bytes("fine")), .. Enumerable.Range(0, 20).Select(i => ($"{i}.png", noise))]);
        List<ReadDocument> documents = Read.All("in.zip", zip, new ExtractionLimits { MaxUnpackedBytes = 1_000_000 });
        Assert.Equal("fine", documents[0].Text);
        Assert.Equal(("in.zip", UnreadableException.TooLarge), (documents[^1].Name, documents[^1].Problem?.Code));
        Assert.InRange(documents.Count, 5, 12);
    }

    [Fact]
    public void An_archive_of_more_files_than_are_read_is_reported() => Assert.Equal(
        UnreadableException.TooLarge,
        Read.Problem("in.zip", Read.Zip([.. Enumerable.Range(0, 11).Select(i => ($"{i}.txt", Read.Bytes("x")))]), new ExtractionLimits { MaxEntries = 10 }).Code);

    [Fact]
    public void An_encrypted_file_in_an_archive_is_reported_by_name_and_the_next_is_read()
    {
        byte[] zip = Read.Zip(("a.txt", Read.Bytes("hidden")), ("b.txt", Read.Bytes("seen")));
        // Bit 0 of the flags, in the local header and in the directory.
        zip[6] |= 1;
        int directory = zip.AsSpan().IndexOf("PK\x01\x02"u8);
        zip[directory + 8] |= 1;
        Assert.Equal(
            [("in.zip/a.txt", UnreadableException.Encrypted), ("in.zip/b.txt", null)],
            Read.All("in.zip", zip).Select(document => (document.Name, document.Problem?.Code)));
    }

    [Fact]
    public void A_broken_archive_is_one_unreadable_document()
    {
        byte[] zip = Read.Zip(("a.txt", Read.Bytes("x")));
        Assert.Equal(UnreadableException.Damaged, Read.Problem("in.zip", zip[..^10]).Code);
        Assert.Equal(UnreadableException.NoText, Read.Problem("in.zip", Read.Zip(("folder/", []))).Code);
    }

    [Fact]
    public void A_directory_larger_than_is_read_is_not_held_in_memory()
    {
        // An archive of one file, whose directory says that it is there sixty thousand times.
        const ushort Times = 60_000;
        byte[] zip = Read.Zip((new string('n', 300) + ".txt", Read.Bytes("x")));
        int directory = zip.AsSpan().IndexOf("PK\x01\x02"u8), end = zip.AsSpan().IndexOf("PK\x05\x06"u8);
        byte[] tail = zip[end..];
        BinaryPrimitives.WriteUInt16LittleEndian(tail.AsSpan(8), Times);
        BinaryPrimitives.WriteUInt16LittleEndian(tail.AsSpan(10), Times);
        BinaryPrimitives.WriteInt32LittleEndian(tail.AsSpan(12), (end - directory) * Times);
        byte[] bomb = [.. zip[..directory], .. Enumerable.Repeat(zip[directory..end], Times).SelectMany(entry => entry), .. tail];
        Assert.Equal(UnreadableException.TooLarge, Read.Problem("in.zip", bomb).Code);
    }
}
