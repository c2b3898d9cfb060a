using System.Text;

namespace Pipeline.Tokenization.Splitting;

/// <summary>When a text that does not begin with a space is given one.</summary>
internal enum PrependScheme
{
    /// <summary>Each piece is.</summary>
    Always,

    /// <summary>Only the piece with which the whole text begins is.</summary>
    First,

    Never,
}

/// <summary>SentencePiece's way with spaces: each becomes a visible character, which begins the piece after it. Immutable.</summary>
/// <param name="replacement">What stands for a space, usually U+2581.</param>
/// <param name="prepend">Whether one is put in front.</param>
/// <param name="split">Whether to cut before each.</param>
internal sealed class Metaspace(char replacement, PrependScheme prepend, bool split) : IPreTokenizerStep
{
    private readonly CharacterSplitter? _splitter = split
        ? new CharacterSplitter(rune => rune.Value == replacement, SplitBehavior.MergedWithNext) : null;

    public void Apply(PieceList pieces)
    {
        var text = new StringBuilder(pieces.Text.Length + 1);
        var rewritten = new List<Piece>(pieces.Pieces.Count);
        foreach (Piece piece in pieces.Pieces)
        {
            int start = text.Length;
            bool wanted = prepend == PrependScheme.Always
                || (prepend == PrependScheme.First && rewritten.Count == 0 && pieces.FirstBeginsText);
            if (wanted && pieces.Text[piece.Start] is var first && first != ' ' && first != replacement)
            {
                text.Append(replacement);
            }
            text.Append(pieces.Text, piece.Start, piece.Length);
            text.Replace(' ', replacement, start, text.Length - start);
            rewritten.Add(new Piece(start, text.Length - start));
        }
        pieces.Rewrite(text.ToString(), rewritten);
        _splitter?.Apply(pieces);
    }
}
