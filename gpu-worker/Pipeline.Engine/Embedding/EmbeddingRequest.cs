namespace Pipeline.Engine.Embedding;

/// <summary>Texts to embed, as tokens.</summary>
public sealed record EmbeddingRequest
{
    /// <summary>Names the request; unique among those in the engine.</summary>
    public required string Id { get; init; }

    /// <summary>Each input's token ids; at least one input, and each at least one token. Special tokens included: none are added.</summary>
    public required IReadOnlyList<int[]> Inputs { get; init; }

    /// <summary>Values to keep of each vector: see <see cref="EmbedderConfig.Matryoshka"/>. Null for all.</summary>
    public int? Dimensions { get; init; }
}
