namespace Pipeline.Engine.Planning;

/// <summary>Tokens of one sequence to compute in a step. A value: plans are lists of them that are used again.</summary>
/// <param name="Sequence">The sequence.</param>
/// <param name="Start">The first token's position; all before it are in the cache or computed by this step.</param>
/// <param name="Count">How many tokens; at least 1.</param>
internal readonly record struct PlannedChunk(Sequence Sequence, int Start, int Count)
{
    /// <summary>The position after the last token.</summary>
    public int End => Start + Count;

    /// <summary>Whether the chunk reached the sequence's end when it was planned, so that a next token comes of it.</summary>
    public bool Samples { get; } = Start + Count == Sequence.Length;

    /// <summary>Whether this is prompt work (or generated tokens computed again after preemption).</summary>
    public bool IsPrefill => Start < Sequence.PromptLength || Count > 1;
}
