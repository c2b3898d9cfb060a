namespace Pipeline.Engine.Planning;

/// <summary>How much one step may take on.</summary>
/// <param name="TokenBudget">Tokens computed in a step, over all sequences.</param>
/// <param name="PrefillChunk">Tokens of one sequence in a step.</param>
/// <param name="MaxRunning">Sequences that hold blocks at a time.</param>
internal sealed record StepLimits(int TokenBudget, int PrefillChunk, int MaxRunning)
{
    /// <summary>Tokens that a step may always choose, however few sequences run.</summary>
    public const int UsualChosen = 512;

    /// <summary>Tokens chosen in a step, by guessing several ahead: each needs memory for the chances of the whole vocabulary.</summary>
    public int Chosen => Math.Max(MaxRunning, UsualChosen);
}
