namespace Pipeline.Engine.Planning;

/// <summary>How much one step may take on.</summary>
/// <param name="TokenBudget">Tokens computed in a step, over all sequences.</param>
/// <param name="PrefillChunk">Tokens of one sequence in a step.</param>
/// <param name="MaxRunning">Sequences that hold blocks at a time.</param>
internal sealed record StepLimits(int TokenBudget, int PrefillChunk, int MaxRunning);
