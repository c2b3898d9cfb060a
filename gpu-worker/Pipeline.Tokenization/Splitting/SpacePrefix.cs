using System.Text;

namespace Pipeline.Tokenization.Splitting;

/// <summary>Puts a space before each piece that does not begin with one (ByteLevel's add_prefix_space). Immutable.</summary>
internal sealed class SpacePrefix : IPreTokenizerStep
{
    public void Apply(PieceList pieces)
    {
        if (pieces.Pieces.TrueForAll(piece => pieces.Text[piece.Start] == ' '))
        {
            return;
        }
        var text = new StringBuilder(pieces.Text.Length + pieces.Pieces.Count);
        var rewritten = new List<Piece>(pieces.Pieces.Count);
        foreach (Piece piece in pieces.Pieces)
        {
            int start = text.Length;
            if (pieces.Text[piece.Start] != ' ')
            {
                text.Append(' ');
            }
            text.Append(pieces.Text, piece.Start, piece.Length);
            rewritten.Add(new Piece(start, text.Length - start));
        }
        pieces.Rewrite(text.ToString(), rewritten);
    }
}
