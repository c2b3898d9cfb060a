namespace Pipeline.Engine;

/// <summary>
/// What a step did. Where the engine launches steps ahead, figures are of the step that ended: the one launched before.
/// </summary>
/// <param name="Finished">Requests that left the engine.</param>
/// <param name="PrefillTokens">Prompt tokens computed.</param>
/// <param name="DecodeTokens">Generated tokens computed.</param>
/// <param name="Seconds">Wall time that is nobody else's; 0 when no step ended.</param>
public sealed record StepResult(
    IReadOnlyList<FinishedGeneration> Finished, int PrefillTokens, int DecodeTokens, double Seconds);

/// <summary>A request that left the engine.</summary>
/// <param name="Id">The request's id.</param>
/// <param name="Result">What came of it, and what it took; for a failed one, as far as it got.</param>
/// <param name="Failure">Why it alone failed, or null.</param>
public sealed record FinishedGeneration(string Id, GenerationResult Result, SequenceFailedException? Failure);
