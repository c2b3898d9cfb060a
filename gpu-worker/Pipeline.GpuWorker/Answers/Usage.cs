using Pipeline.Engine;

namespace Pipeline.GpuWorker.Answers;

/// <summary>The tokens of an answer.</summary>
/// <param name="Prompt">Tokens of the prompts.</param>
/// <param name="Cached">Those of them that were in the prefix cache.</param>
/// <param name="Completion">Tokens generated, over all choices.</param>
/// <param name="Reasoning">Those of them that were reasoning.</param>
internal readonly record struct Usage(int Prompt, int Cached, int Completion, int Reasoning)
{
    /// <summary>Tokens that were cut off the prompts and are not among theirs.</summary>
    public int Truncated { get; init; }

    /// <summary>The sum over completions of which each had a prompt of its own.</summary>
    public static Usage Of(IReadOnlyList<GenerationResult> results, int reasoning) => new(
        results.Sum(result => result.PromptTokens), results.Sum(result => result.CachedTokens), results.Sum(result => result.CompletionTokens), reasoning);
}
