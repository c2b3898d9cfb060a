namespace Pipeline.Engine.Embedding.Encoders;

/// <summary>The shape of an encoder of the BERT family, as a Hugging Face <c>config.json</c> states it.</summary>
internal sealed record EncoderConfig
{
    /// <summary>Width of a token's state.</summary>
    public required int Width { get; init; }

    /// <summary>Width of the feed-forward layer.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>Number of layers.</summary>
    public required int Layers { get; init; }

    /// <summary>Attention heads; <see cref="Width"/> is a multiple.</summary>
    public required int Heads { get; init; }

    /// <summary>Number of token ids.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Rows of the position table.</summary>
    public required int Positions { get; init; }

    /// <summary>The row of an input's first token: 0, but RoBERTa and its heirs leave those up to the padding token's id unused.</summary>
    public required int FirstPosition { get; init; }

    /// <summary>Rows of the token type table, of which the first is used.</summary>
    public required int TokenTypes { get; init; }

    /// <summary>Added to the variance under the root in layer norm.</summary>
    public required double NormEpsilon { get; init; }

    /// <summary>Positions that an input may have.</summary>
    public int ContextLength => Positions - FirstPosition;
}
