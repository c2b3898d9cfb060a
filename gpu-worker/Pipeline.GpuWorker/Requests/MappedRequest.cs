using Pipeline.Engine;
using Pipeline.GpuWorker.Answers;
using Pipeline.Tokenization.Requests;

namespace Pipeline.GpuWorker.Requests;

/// <summary>A request for the engine, and the way from its results to the answer.</summary>
/// <param name="Id">Names the request, and its answer.</param>
/// <param name="Generations">What the engine is to do: prompt by prompt, of each as many completions as are to be made.</param>
/// <param name="Model">The model's name, as the answer gives it.</param>
/// <param name="Created">When the request was taken up, in Unix seconds.</param>
/// <param name="Request">What was asked for.</param>
/// <param name="Choices">Makes choices of results.</param>
internal sealed record MappedRequest(
    string Id, IReadOnlyList<GenerationRequest> Generations, string Model, long Created, ModelRequest Request, ChoiceMaker Choices)
{
    /// <summary>Time to compile the form that is asked for, where this request was the first to ask; otherwise 0.</summary>
    public double CompileSeconds { get; init; }

    /// <summary>What the answer has to look like.</summary>
    public AnswerForm Form => Request.Form;

    /// <summary>The answer that the results make.</summary>
    /// <param name="results">One for each of <see cref="Generations"/>.</param>
    /// <exception cref="ArgumentException">A result is no answer: the generation was cancelled or failed.</exception>
    public Answer Answer(IReadOnlyList<GenerationResult> results)
    {
        Choice[] choices = [.. Generations.Zip(results, (generation, result) => new Completion(generation, result))
            .Chunk(Request.Choices.Made).SelectMany(made => Choices.Choose(made, Request))];
        return new Answer(Id, Model, Created, choices, UsageOf(results, choices.Sum(choice => choice.Message.ReasoningTokens)));
    }

    /// <summary>The tokens of results: those of a prompt count once, however many completions it has.</summary>
    /// <param name="results">One for each of <see cref="Generations"/>, or fewer where some did not enter the engine.</param>
    /// <param name="reasoning">Generated tokens that were reasoning.</param>
    public Usage UsageOf(IReadOnlyList<GenerationResult> results, int reasoning = 0)
    {
        Usage usage = Usage.Of(results, Request.Choices.Made, reasoning) with { Truncated = Request.TruncatedTokens };
        return Request.MaxTokens == 0 ? usage with { Completion = 0 } : usage;
    }
}
