namespace Pipeline.Tokenization.Requests;

/// <summary>A request for embeddings as a model takes it.</summary>
/// <param name="Inputs">The tokens of each input, at least one each, special tokens included.</param>
/// <param name="Dimensions">Values to keep of each vector; null for all.</param>
/// <param name="Encoding">How the answer writes them.</param>
public sealed record EmbeddingInputs(IReadOnlyList<int[]> Inputs, int? Dimensions, EmbeddingEncoding Encoding);
