using System.Buffers;
using System.Text;

namespace Pipeline.Documents.Text;

/// <summary>
/// Text files in whatever encoding. In this order: a byte order mark; the charset that somebody names; UTF-16 if every other byte
/// is zero; UTF-8 if it is that throughout; else Windows-1252, the superset of Latin-1 that takes any byte.
/// </summary>
public static class DecodedText
{
    private const int ChunkLength = 64 << 10;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    static DecodedText() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    /// <summary>Reads a text file whole.</summary>
    /// <exception cref="UnreadableException">It is no text, or longer than a document may be.</exception>
    public static string Of(SourceFile file, Extraction extraction)
    {
        ArgumentNullException.ThrowIfNull(extraction);
        (Encoding encoding, long characters) = Look(file, extraction);
        extraction.CheckLength(characters);
        // No more characters than bytes, in any encoding; rented, since the texts of a long row of documents would pile up.
        char[] buffer = ArrayPool<char>.Shared.Rent((int)Math.Min(file.Content.Length, extraction.Limits.MaxCharacters + 1L));
        try
        {
            using StreamReader reader = new(file.Content, encoding, detectEncodingFromByteOrderMarks: false, leaveOpen: true);
            int length = reader.ReadBlock(buffer);
            extraction.CheckLength(length);
            return new string(buffer, 0, length);
        }
        finally
        {
            ArrayPool<char>.Shared.Return(buffer);
        }
    }

    /// <summary>Opens a text file that is read piece by piece, of any length; the caller disposes the reader, which leaves the file open.</summary>
    /// <exception cref="UnreadableException">It is no text.</exception>
    public static TextReader Open(SourceFile file, Extraction extraction) =>
        new StreamReader(file.Content, Look(file, extraction).Encoding, detectEncodingFromByteOrderMarks: false, leaveOpen: true);

    /// <summary>An encoding by its IANA name; null where there is none of that name.</summary>
    public static Encoding? Named(string charset)
    {
        ArgumentNullException.ThrowIfNull(charset);
        try
        {
            return Encoding.GetEncoding(charset.Trim().Trim('"', '\''));
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    /// <summary>The file's encoding, and how many characters it has at least; its content stands at the beginning afterwards.</summary>
    private static (Encoding Encoding, long Characters) Look(SourceFile file, Extraction extraction)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(extraction);
        byte[] chunk = new byte[ChunkLength];
        int read = file.Content.ReadAtLeast(chunk, ChunkLength, throwOnEndOfStream: false);
        ReadOnlySpan<byte> head = chunk.AsSpan(0, read);
        Encoding? encoding = Marked(head) ?? (file.Charset is null ? null : Named(file.Charset)) ?? Unmarked(head);
        file.Content.Position = 0;
        if (encoding is not null)
        {
            return (encoding, encoding.IsSingleByte ? file.Content.Length : file.Content.Length / 4);
        }

        try
        {
            return (StrictUtf8, CountUtf8(file.Content, chunk, extraction));
        }
        catch (DecoderFallbackException)
        {
            return (Encoding.GetEncoding(1252), file.Content.Length);
        }
        finally
        {
            file.Content.Position = 0;
        }
    }

    private static long CountUtf8(Stream content, byte[] chunk, Extraction extraction)
    {
        Decoder decoder = StrictUtf8.GetDecoder();
        char[] decoded = new char[StrictUtf8.GetMaxCharCount(chunk.Length)];
        long characters = 0;
        int read;
        do
        {
            extraction.Cancellation.ThrowIfCancellationRequested();
            read = content.ReadAtLeast(chunk, chunk.Length, throwOnEndOfStream: false);
            if (chunk.AsSpan(0, read).Contains((byte)0))
            {
                throw new UnreadableException(UnreadableException.Damaged, "It is no text: it contains NUL bytes.");
            }

            characters += decoder.GetChars(chunk, 0, read, decoded, 0, flush: read < chunk.Length);
        }
        while (read == chunk.Length);
        return characters;
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
        ReadOnlySpan<byte> sample = bytes[..(bytes.Length & ~1)];
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
