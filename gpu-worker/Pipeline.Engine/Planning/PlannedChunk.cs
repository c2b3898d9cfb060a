namespace Pipeline.Engine.Planning;

/// <summary>Tokens of one sequence to compute in a step.</summary>
/// <param name="Sequence">The sequence.</param>
/// <param name="Start">The first token's position; all before it are in the cache or computed by this step.</param>
/// <param name="Count">How many tokens; at least 1.</param>
internal sealed record PlannedChunk(Sequence Sequence, int Start, int Count)
{
    /// <summary>The position after the last token.</summary>
    public int End => Start + Count;

    /// <summary>Whether the chunk reaches the sequence's end, so that a next token comes of it.</summary>
    public bool Samples => End == Sequence.Length;

    /// <summary>Whether this is prompt work (or generated tokens computed again after preemption).</summary>
    public bool IsPrefill => Start < Sequence.PromptLength || Count > 1;
}
