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

    /// <summary>The sum over completions. A prompt counts once, and as cached only what none of its completions computed.</summary>
    /// <param name="results">What came of them: those of a prompt follow each other.</param>
    /// <param name="each">How many a prompt has.</param>
    /// <param name="reasoning">Generated tokens that were reasoning.</param>
    public static Usage Of(IReadOnlyList<GenerationResult> results, int each, int reasoning)
    {
        GenerationResult[][] prompts = [.. results.Chunk(each)];
        return new Usage(
            prompts.Sum(made => made[0].PromptTokens),
            prompts.Sum(made => made.Min(result => result.CachedTokens)),
            results.Sum(result => result.CompletionTokens),
            reasoning);
    }
}
