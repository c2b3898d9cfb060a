namespace Pipeline.Engine.Planning;

/// <summary>Tokens of one sequence to compute in a step. A value: plans are lists of them that are used again.</summary>
/// <param name="Sequence">The sequence.</param>
/// <param name="Start">The first token's position; all before it are in the cache or computed by this step.</param>
/// <param name="Count">How many tokens; at least 1.</param>
/// <param name="Drafted">How many of them, the last ones, are guessed: the first of the sequence's <see cref="Sequence.Draft"/>.</param>
internal readonly record struct PlannedChunk(Sequence Sequence, int Start, int Count, int Drafted = 0)
{
    /// <summary>The position after the last token.</summary>
    public int End => Start + Count;

    /// <summary>Whether the chunk reached the sequence's end when it was planned, so that a next token comes of it.</summary>
    public bool Samples { get; } = Start + Count - Drafted == Sequence.Length;

    /// <summary>Rows, the first ones, that say how likely the next token of the prompt is.</summary>
    public int Scored => Sequence.ScoresPrompt ? Math.Max(0, Math.Min(End, Sequence.PromptLength - 1) - Start) : 0;

    /// <summary>Tokens that the step chooses for it: the next one, and one after each that is guessed.</summary>
    public int Chosen => Samples ? 1 + Drafted : 0;

    /// <summary>Whether this is prompt work (or generated tokens computed again after preemption).</summary>
    public bool IsPrefill => Start < Sequence.PromptLength || Count - Drafted > 1;
}
