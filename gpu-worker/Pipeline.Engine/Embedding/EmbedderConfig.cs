using Pipeline.Engine.Embedding.Pooling;

namespace Pipeline.Engine.Embedding;

/// <summary>What an embedding model takes and gives, as its directory says.</summary>
public sealed record EmbedderConfig
{
    /// <summary>Values of a vector.</summary>
    public required int Width { get; init; }

    /// <summary>Tokens that an input may have, special ones included.</summary>
    public required int MaxTokens { get; init; }

    /// <summary>Number of token ids.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>How the tokens' states become one vector.</summary>
    public required PoolingMode Pooling { get; init; }

    /// <summary>Whether vectors are brought to length 1.</summary>
    public required bool Normalised { get; init; }

    /// <summary>
    /// Lengths that a vector may be cut to (and is then normalised again, if vectors are): the model was trained so that its
    /// beginning is a vector too (https://arxiv.org/abs/2205.13147). Empty where the model does not say so; a range where it
    /// names no lengths. Stated in <c>config.json</c> by <c>is_matryoshka</c> and <c>matryoshka_dimensions</c>.
    /// </summary>
    public required IReadOnlyCollection<int> Matryoshka { get; init; }

    /// <summary>What had to be assumed because the directory does not say it; null for nothing.</summary>
    public string? Assumption { get; init; }
}
