using System.Text;
using Pipeline.Tokenization;

namespace Pipeline.Engine.Grammar.Masks;

/// <summary>A tokenizer as a constraint sees it: its tokens are bytes. Immutable and safe for any number of threads.</summary>
internal sealed class TokenVocabulary
{
    private readonly Tokenizer _tokenizer;

    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="endTokens">The tokens that end an output; at least one.</param>
    public TokenVocabulary(Tokenizer tokenizer, IEnumerable<int> endTokens)
    {
        _tokenizer = tokenizer;
        EndTokens = [.. endTokens.Distinct()];
        (int Id, byte[] Bytes)[] text = [.. Enumerable.Range(0, tokenizer.VocabularySize)
            .Select(id => (Id: id, Bytes: Bytes(id).ToArray())).Where(token => token.Bytes.Length > 0)];
        TextTokens = [.. text.Select(token => token.Id)];
        Trie = new TokenTrie(text);
    }

    /// <summary>The tokens that end an output.</summary>
    public IReadOnlyList<int> EndTokens { get; }

    /// <summary>All tokens that are text.</summary>
    public IReadOnlyList<int> TextTokens { get; }

    /// <summary>The same by their bytes.</summary>
    public TokenTrie Trie { get; }

    /// <summary>32-bit words that a mask over the tokenizer's tokens takes.</summary>
    public int MaskWords => (_tokenizer.VocabularySize + 31) / 32;

    /// <summary>Whether a token ends an output.</summary>
    public bool IsEnd(int token) => EndTokens.Contains(token);

    /// <summary>What a token adds to an output; nothing for one that is no text.</summary>
    public ReadOnlySpan<byte> Bytes(int token) =>
        !IsEnd(token) && _tokenizer.TryGetBytes(token, out ReadOnlyMemory<byte> bytes) ? bytes.Span : [];

    /// <summary>The tokens that the tokenizer makes of a text.</summary>
    /// <param name="text">UTF-8; what is no character at its end is left out.</param>
    public int[] Encode(ReadOnlySpan<byte> text) =>
        _tokenizer.Encode(Encoding.UTF8.GetString(text[..Whole(text)]), addSpecialTokens: false, SpecialTokens.AsText);

    private static int Whole(ReadOnlySpan<byte> text)
    {
        int length = text.Length;
        while (length > 0 && Rune.DecodeLastFromUtf8(text[..length], out _, out int consumed) != System.Buffers.OperationStatus.Done)
        {
            length -= Math.Max(1, consumed);
        }

        return length;
    }
}
