namespace Pipeline.Tokenization.Splitting;

/// <summary>A stretch of a text's shadow (see <see cref="CodePointText"/>), in code points.</summary>
internal readonly record struct Piece(int Start, int Length)
{
    public int End => Start + Length;
}
