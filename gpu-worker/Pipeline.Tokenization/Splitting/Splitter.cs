namespace Pipeline.Tokenization.Splitting;

/// <summary>A step that cuts each piece on its own and leaves the text as it is.</summary>
internal abstract class Splitter : IPreTokenizerStep
{
    public void Apply(PieceList pieces)
    {
        var cut = new List<Piece>(Math.Max(pieces.Pieces.Count, pieces.Text.Length / 4));
        foreach (Piece piece in pieces.Pieces)
        {
            Split(pieces.Text, piece, cut);
        }
        pieces.Recut(cut);
    }

    /// <summary>Adds the parts of one piece that stay, in order, none empty.</summary>
    protected abstract void Split(string text, Piece piece, List<Piece> output);
}
