using Pipeline.Engine;

namespace Pipeline.GpuWorker.Answers;

/// <summary>One of the completions that an answer offers.</summary>
/// <param name="Message">What the model said.</param>
/// <param name="Finish">Why it ended: <see cref="FinishReason.Stop"/> or <see cref="FinishReason.Length"/>.</param>
/// <param name="Scores">The tokens of its text with their probabilities; null where these were not asked for.</param>
internal sealed record Choice(OutputMessage Message, FinishReason Finish, IReadOnlyList<ScoredToken>? Scores);
