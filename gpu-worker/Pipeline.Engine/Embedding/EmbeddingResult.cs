namespace Pipeline.Engine.Embedding;

/// <summary>Vectors, and what they took.</summary>
public sealed record EmbeddingResult
{
    /// <summary>A vector for each input, in the inputs' order; none if the request was cancelled or failed.</summary>
    public required IReadOnlyList<float[]> Vectors { get; init; }

    /// <summary>Whether it was given up before all vectors were there.</summary>
    public required bool IsCancelled { get; init; }

    /// <summary>Tokens of all inputs.</summary>
    public required int PromptTokens { get; init; }

    /// <summary>From being added to the first step that computed something for it; for one that never ran, to its end.</summary>
    public required double QueueSeconds { get; init; }

    /// <summary>
    /// Its share of the engine's busy time. Each step's wall time is divided over its inputs by the arithmetic each brought,
    /// so that these sum to the engine's busy seconds.
    /// </summary>
    public required double DeviceSeconds { get; init; }
}
