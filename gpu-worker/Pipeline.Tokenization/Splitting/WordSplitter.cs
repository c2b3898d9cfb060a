using System.Text;
using Pipeline.Tokenization.Normalization;

namespace Pipeline.Tokenization.Splitting;

/// <summary>
/// Cuts pieces into runs of word characters and runs of others, and leaves white space out: Hugging Face's Whitespace
/// (<c>\w+|[^\w\s]+</c>). Immutable.
/// </summary>
internal sealed class WordSplitter : Splitter
{
    private enum Kind
    {
        Space,
        Word,
        Other,
    }

    protected override void Split(string text, Piece piece, List<Piece> output)
    {
        int start = piece.Start;
        int position = piece.Start;
        Kind kind = Kind.Space;
        foreach (Rune rune in text.AsSpan(piece.Start, piece.Length).EnumerateRunes())
        {
            Kind next = Characters.IsWord(rune) ? Kind.Word : Rune.IsWhiteSpace(rune) ? Kind.Space : Kind.Other;
            if (next != kind)
            {
                Add(kind, start, position, output);
                (kind, start) = (next, position);
            }
            position += rune.Utf16SequenceLength;
        }
        Add(kind, start, position, output);
    }

    private static void Add(Kind kind, int start, int end, List<Piece> output)
    {
        if (kind != Kind.Space && end > start)
        {
            output.Add(new Piece(start, end - start));
        }
    }
}
