using System.Text;

namespace Pipeline.Documents.Text;

/// <summary>
/// Bytes of a text file as text. In this order: a byte order mark; the charset that somebody names; UTF-8 if it is that
/// throughout; UTF-16 if every other byte is zero; else Windows-1252, the superset of Latin-1 that takes any byte.
/// </summary>
public static class DecodedText
{
    private const int SampleLength = 4096;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    static DecodedText() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    /// <summary>Reads a text file whole.</summary>
    /// <exception cref="UnreadableException">It is no text, or too long.</exception>
    public static string Of(SourceFile file, Extraction extraction)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(extraction);
        // A character takes four bytes at most.
        extraction.CheckLength(file.Content.Length / 4);
        byte[] bytes = new byte[file.Content.Length];
        file.Content.ReadExactly(bytes);
        string text = Of(bytes, file.Charset);
        extraction.CheckLength(text.Length);
        return text;
    }

    /// <summary>Decodes bytes.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="charset">A charset by its IANA name, where somebody names one.</param>
    /// <exception cref="UnreadableException">It is no text.</exception>
    public static string Of(byte[] bytes, string? charset)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        if (Marked(bytes) is { } marked)
        {
            return marked.GetString(bytes.AsSpan(marked.Preamble.Length));
        }

        if (charset is not null && Named(charset) is { } named)
        {
            return named.GetString(bytes);
        }

        if (Unmarked(bytes) is { } wide)
        {
            return wide.GetString(bytes);
        }

        if (bytes.AsSpan().Contains((byte)0))
        {
            throw new UnreadableException(UnreadableException.Damaged, "It is no text: it contains NUL bytes.");
        }

        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return Encoding.GetEncoding(1252).GetString(bytes);
        }
    }

    /// <summary>An encoding by its IANA name; null where there is none of that name.</summary>
    public static Encoding? Named(string charset)
    {
        try
        {
            return Encoding.GetEncoding(charset.Trim().Trim('"', '\''));
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static Encoding? Marked(ReadOnlySpan<byte> bytes) =>
        bytes.StartsWith(Encoding.UTF8.Preamble) ? Encoding.UTF8
        : bytes.StartsWith(Encoding.UTF32.Preamble) ? Encoding.UTF32
        : bytes.StartsWith(Encoding.Unicode.Preamble) ? Encoding.Unicode
        : bytes.StartsWith(Encoding.BigEndianUnicode.Preamble) ? Encoding.BigEndianUnicode
        : null;

    /// <summary>Letters of western scripts in UTF-16 have a zero byte each, always on the same side.</summary>
    private static UnicodeEncoding? Unmarked(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> sample = bytes[..Math.Min(bytes.Length & ~1, SampleLength)];
        int first = 0, second = 0;
        for (int i = 0; i + 1 < sample.Length; i += 2)
        {
            first += sample[i] == 0 ? 1 : 0;
            second += sample[i + 1] == 0 ? 1 : 0;
        }

        int most = sample.Length / 2;
        return most >= 2 && second > most / 2 && first == 0 ? new UnicodeEncoding(bigEndian: false, byteOrderMark: false)
            : most >= 2 && first > most / 2 && second == 0 ? new UnicodeEncoding(bigEndian: true, byteOrderMark: false)
            : null;
    }
}
