using System.Text;

namespace Pipeline.Tokenization.Splitting;

/// <summary>Cuts pieces at each character that a condition names. Immutable.</summary>
/// <param name="condition">Where to cut.</param>
/// <param name="behavior">What becomes of those characters.</param>
internal sealed class CharacterSplitter(Func<Rune, bool> condition, SplitBehavior behavior) : Splitter
{
    protected override void Split(string text, Piece piece, List<Piece> output)
    {
        var parts = new PieceCollector(behavior, output);
        int done = piece.Start;
        int position = piece.Start;
        foreach (Rune rune in text.AsSpan(piece.Start, piece.Length).EnumerateRunes())
        {
            int length = rune.Utf16SequenceLength;
            if (condition(rune))
            {
                parts.Add(new Piece(done, position - done), false);
                parts.Add(new Piece(position, length), true);
                done = position + length;
            }
            position += length;
        }
        parts.Add(new Piece(done, piece.End - done), false);
    }
}
