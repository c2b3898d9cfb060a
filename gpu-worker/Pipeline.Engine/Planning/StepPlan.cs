namespace Pipeline.Engine.Planning;

/// <summary>What one forward pass computes.</summary>
/// <param name="Chunks">At most one chunk for each sequence.</param>
internal sealed record StepPlan(IReadOnlyList<PlannedChunk> Chunks)
{
    /// <summary>Whether there is nothing to compute.</summary>
    public bool IsEmpty => Chunks.Count == 0;

    /// <summary>Tokens of all chunks.</summary>
    public int Tokens => Chunks.Sum(chunk => chunk.Count);
}
