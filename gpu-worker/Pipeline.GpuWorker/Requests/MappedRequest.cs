using Pipeline.Engine;
using Pipeline.GpuWorker.Answers;
using Pipeline.GpuWorker.Answers.Reading;
using Pipeline.Tokenization.Requests;

namespace Pipeline.GpuWorker.Requests;

/// <summary>A request for the engine, and the way from its results to the answer.</summary>
/// <param name="Id">Names the request, and its answer.</param>
/// <param name="Generations">What the engine is to do: one completion for each choice of the answer, in their order.</param>
/// <param name="Model">The model's name, as the answer gives it.</param>
/// <param name="Created">When the request was taken up, in Unix seconds.</param>
/// <param name="Form">What the answer has to look like.</param>
/// <param name="Reader">Takes apart what the model says.</param>
internal sealed record MappedRequest(
    string Id, IReadOnlyList<GenerationRequest> Generations, string Model, long Created, AnswerForm Form, OutputReader Reader)
{
    /// <summary>Time to compile the form that is asked for, where this request was the first to ask; otherwise 0.</summary>
    public double CompileSeconds { get; init; }

    /// <summary>Tokens that were cut off the prompts, as the request asks.</summary>
    public int TruncatedTokens { get; init; }

    /// <summary>The answer that the results make.</summary>
    /// <param name="results">One for each of <see cref="Generations"/>.</param>
    /// <exception cref="ArgumentException">A result is no answer: the generation was cancelled or failed.</exception>
    public Answer Answer(IReadOnlyList<GenerationResult> results)
    {
        Choice[] choices = [.. results.Select((result, i) => Choose(result, Generations[i].Id))];
        return new Answer(Id, Model, Created, choices, Usage.Of(results, choices.Sum(choice => choice.Message.ReasoningTokens)) with { Truncated = TruncatedTokens });
    }

    private Choice Choose(GenerationResult result, string id) => result.FinishReason is FinishReason.Stop or FinishReason.Length
        ? new Choice(Read(result, id), result.FinishReason)
        : throw new ArgumentException($"A generation that ended as {result.FinishReason} has no answer.", nameof(result));

    private OutputMessage Read(GenerationResult result, string id) => Form switch
    {
        ChatForm chat => Reader.Read(result, chat.Output, id),
        ResponseForm response => Reader.Read(result, response.Output, id),
        _ => OutputMessage.Of(result.Text),
    };
}
