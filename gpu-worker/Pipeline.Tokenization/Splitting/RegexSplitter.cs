namespace Pipeline.Tokenization.Splitting;

/// <summary>Cuts pieces where an expression matches. Immutable.</summary>
/// <param name="expression">What to find.</param>
/// <param name="behavior">What becomes of it.</param>
/// <param name="invert">Whether what does not match is cut at, instead of what does.</param>
internal sealed class RegexSplitter(CodePointExpression expression, SplitBehavior behavior, bool invert) : Splitter
{
    protected override void Split(string text, Piece piece, List<Piece> output)
    {
        List<Piece> matches = [];
        expression.Matches(text, piece, matches);
        var parts = new PieceCollector(behavior, output);
        int position = piece.Start;
        foreach (Piece match in matches)
        {
            parts.Add(new Piece(position, match.Start - position), invert);
            parts.Add(match, !invert);
            position = match.End;
        }
        parts.Add(new Piece(position, piece.End - position), invert);
    }
}
