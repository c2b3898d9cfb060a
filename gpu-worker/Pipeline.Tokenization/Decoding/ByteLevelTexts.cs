using System.Text;
using Pipeline.Tokenization.Models;

namespace Pipeline.Tokenization.Decoding;

/// <summary>
/// Decodes the spellings of a byte-level vocabulary (ByteLevel). A character whose bytes are spread over tokens is handed
/// on with its last byte; bytes that can no longer become a character are handed on as U+FFFD.
/// </summary>
internal sealed class ByteLevelTexts(ITokenTexts next) : ITokenTexts
{
    private readonly Decoder _utf8 = new UTF8Encoding(false, throwOnInvalidBytes: false).GetDecoder();

    public void Add(string token) => Convert(Bytes(token), flush: false);

    public void End()
    {
        Convert([], flush: true);
        next.End();
    }

    /// <summary>The bytes that a token is spelled for; one with other characters (an added token) is its own text.</summary>
    public static byte[] Bytes(string token) =>
        ByteLevelAlphabet.TryGetBytes(token, out byte[]? bytes) ? bytes : Encoding.UTF8.GetBytes(token);

    private void Convert(ReadOnlySpan<byte> bytes, bool flush)
    {
        int count = _utf8.GetCharCount(bytes, flush);
        Span<char> chars = count <= 256 ? stackalloc char[count] : new char[count];
        // Even where no character comes out of it the decoder has to take the bytes in.
        int length = _utf8.GetChars(bytes, chars, flush);
        if (length > 0)
        {
            next.Add(new string(chars[..length]));
        }
    }
}
