namespace Pipeline.Tokenization.Splitting;

/// <summary>A stretch of a text, in UTF-16 units.</summary>
internal readonly record struct Piece(int Start, int Length)
{
    public int End => Start + Length;
}
