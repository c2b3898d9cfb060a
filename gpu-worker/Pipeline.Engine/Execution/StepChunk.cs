namespace Pipeline.Engine.Execution;

/// <summary>One sequence's part of a step.</summary>
/// <param name="FirstRow">Its first row; its rows lie together, in token order.</param>
/// <param name="Rows">Its rows: the tokens of it that the step computes; at least 1.</param>
/// <param name="Context">Tokens that its last row attends over, that row's own included.</param>
/// <param name="FirstBlock">Where its block numbers begin in <see cref="StepLayout.Blocks"/>.</param>
internal readonly record struct StepChunk(int FirstRow, int Rows, int Context, int FirstBlock)
{
    /// <summary>The position of its first row's token: what the sequence had computed before.</summary>
    public int Start => Context - Rows;
}
