using System.Text;
using Pipeline.Documents.Tests.Support;

namespace Pipeline.Documents.Tests.Formats;

public sealed class TextTests
{
    private const string Sample = "caf\u00E9 \u20AC5";

    public static TheoryData<string> Encodings => ["utf-8", "utf-16", "utf-16BE", "utf-32", "windows-1252"];

    [Theory]
    [MemberData(nameof(Encodings))]
    public void Text_is_read_in_its_encoding_with_a_byte_order_mark_where_there_is_one(string name)
    {
        _ = Pipeline.Documents.Text.DecodedText.Named(name);
        Encoding encoding = Encoding.GetEncoding(name);
        Assert.Equal(Sample, Read.Text("a.txt", [.. encoding.GetPreamble(), .. encoding.GetBytes(Sample)]));
    }

    [Fact]
    public void UTF_16_is_recognized_without_a_mark()
    {
        Assert.Equal("plain words", Read.Text("a.txt", new UnicodeEncoding(bigEndian: false, byteOrderMark: false).GetBytes("plain words")));
        Assert.Equal("plain words", Read.Text("a.txt", new UnicodeEncoding(bigEndian: true, byteOrderMark: false).GetBytes("plain words")));
    }

    [Fact]
    public void Line_ends_are_one_and_control_characters_and_trailing_blanks_go() =>
        Assert.Equal("a\nb\tc\n\n\nd", Read.Text("a.md", "\r\n a\u0001  \r\nb\tc\r\r\n\n\n\n\nd \n\n".Replace(" a", "a", StringComparison.Ordinal)));

    [Theory]
    [InlineData("a.txt", "a\0b", UnreadableException.Damaged)]
    [InlineData("a.txt", "", UnreadableException.NoText)]
    [InlineData("a.txt", " \n\t ", UnreadableException.NoText)]
    [InlineData("a.png", "PNG", UnreadableException.UnsupportedType)]
    [InlineData("a.xlsx", "PK\u0003\u0004", UnreadableException.UnsupportedType)]
    [InlineData("README", "words", UnreadableException.UnsupportedType)]
    public void What_is_no_text_is_reported_by_name(string name, string content, string code)
    {
        UnreadableException problem = Read.Problem(name, Read.Bytes(content));
        Assert.Equal(code, problem.Code);
        Assert.NotEmpty(problem.Message);
    }

    [Fact]
    public void A_file_larger_than_is_read_is_reported_as_too_large() =>
        Assert.Equal(UnreadableException.TooLarge, Read.Problem("a.txt", new byte[11], new ExtractionLimits { MaxFileBytes = 10 }).Code);
}
