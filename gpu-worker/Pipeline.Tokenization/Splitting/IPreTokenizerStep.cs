namespace Pipeline.Tokenization.Splitting;

/// <summary>A step of cutting a text into the pieces that a model makes tokens of. Immutable, for any number of threads.</summary>
internal interface IPreTokenizerStep
{
    /// <summary>Cuts the pieces further, or changes their text.</summary>
    void Apply(PieceList pieces);
}
