namespace Pipeline.Tokenization.Splitting;

/// <summary>A text on its way through the steps of a pre-tokenizer, and the pieces that it is cut into so far.</summary>
/// <param name="text">The text, not empty; well-formed UTF-16.</param>
/// <param name="beginsText">Whether nothing stands before it: neither text nor a token that was found in the text.</param>
internal sealed class PieceList(string text, bool beginsText)
{
    public string Text { get; private set; } = text;

    /// <summary>In order; none is empty. Between them, what was left out.</summary>
    public List<Piece> Pieces { get; private set; } = [new Piece(0, text.Length)];

    /// <summary>Whether the first piece is where the whole text begins.</summary>
    public bool FirstBeginsText { get; private set; } = beginsText;

    public void Recut(List<Piece> pieces)
    {
        FirstBeginsText = FirstBeginsText && pieces.Count > 0 && pieces[0].Start == Pieces[0].Start;
        Pieces = pieces;
    }

    /// <summary>Takes other text for the same pieces, one after the other.</summary>
    public void Rewrite(string text, List<Piece> pieces)
    {
        Text = text;
        Pieces = pieces;
    }
}
