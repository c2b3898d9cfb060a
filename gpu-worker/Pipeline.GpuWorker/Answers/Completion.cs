using Pipeline.Engine;

namespace Pipeline.GpuWorker.Answers;

/// <summary>What the engine was to do, and what it did.</summary>
/// <param name="Request">The request.</param>
/// <param name="Result">Its result.</param>
internal sealed record Completion(GenerationRequest Request, GenerationResult Result)
{
    /// <summary>The mean logarithm of its tokens' probabilities, by which OpenAI's <c>best_of</c> picks; it must have been asked for.</summary>
    public double MeanLogprob => Result.Logprobs!.Average(token => token.Logprob);
}
