using System.Text;

namespace Pipeline.Tokenization;

/// <summary>
/// Turns tokens into text as they come. A character whose bytes are spread over tokens appears when its last byte is
/// there, never in halves; bytes that can no longer become a character appear as U+FFFD. All that
/// <see cref="Append"/> and <see cref="Flush"/> return, joined, is what <see cref="Tokenizer.Decode(ReadOnlySpan{int}, bool)"/>
/// returns for the same tokens. Not thread-safe: one per sequence.
/// </summary>
public sealed class IncrementalDecoder
{
    private readonly Tokenizer _tokenizer;
    private readonly bool _skipSpecial;
    private readonly Decoder _utf8 = new UTF8Encoding(false, throwOnInvalidBytes: false).GetDecoder();

    internal IncrementalDecoder(Tokenizer tokenizer, bool skipSpecial)
    {
        _tokenizer = tokenizer;
        _skipSpecial = skipSpecial;
    }

    /// <summary>Takes the next token and returns the text that it completes, which may be empty.</summary>
    /// <param name="id">A token id; one that the vocabulary does not have adds nothing.</param>
    public string Append(int id) =>
        _skipSpecial && _tokenizer.IsSpecial(id) ? "" : Convert(_tokenizer.TokenBytes(id), flush: false);

    /// <summary>Returns what is left: U+FFFD where the last character was never completed. Ready for new text after it.</summary>
    public string Flush() => Convert([], flush: true);

    private string Convert(ReadOnlySpan<byte> bytes, bool flush)
    {
        int count = _utf8.GetCharCount(bytes, flush);
        Span<char> chars = count <= 256 ? stackalloc char[count] : new char[count];
        // Even where no character comes out of it the decoder has to take the bytes in.
        return new string(chars[.._utf8.GetChars(bytes, chars, flush)]);
    }
}
