using Pipeline.Engine;
using Pipeline.GpuWorker.Answers.Reading;
using Pipeline.Tokenization;
using Pipeline.Tokenization.Requests;

namespace Pipeline.GpuWorker.Answers;

/// <summary>Makes the choices of an answer of what the engine generated. Thread-safe.</summary>
/// <param name="tokenizer">The model's tokenizer.</param>
/// <param name="reader">Takes apart what the model says.</param>
internal sealed class ChoiceMaker(Tokenizer tokenizer, OutputReader reader)
{
    /// <summary>The choices of one prompt.</summary>
    /// <param name="made">Its completions.</param>
    /// <param name="request">What was asked for.</param>
    /// <exception cref="ArgumentException">A result is no answer: the generation was cancelled or failed.</exception>
    public IEnumerable<Choice> Choose(IReadOnlyList<Completion> made, ModelRequest request)
    {
        if (made.FirstOrDefault(one => one.Result.FinishReason is not (FinishReason.Stop or FinishReason.Length)) is { } other)
        {
            throw new ArgumentException($"A generation that ended as {other.Result.FinishReason} has no answer.", nameof(made));
        }
        IEnumerable<Completion> shown = made.Count == request.Choices.Shown
            ? made : made.OrderByDescending(one => one.MeanLogprob).Take(request.Choices.Shown);
        return shown.Select(one => Choose(one, made[0], request));
    }

    private Choice Choose(Completion completion, Completion first, ModelRequest request)
    {
        GenerationResult result = completion.Result;
        bool shown = request.MaxTokens != 0;
        string prompt = request.Form is CompletionForm { Echo: true } ? tokenizer.Decode(completion.Request.Prompt, skipSpecial: true) : "";
        OutputMessage message = request.Form switch
        {
            ChatForm chat => reader.Read(result, chat.Output, completion.Request.Id),
            ResponseForm response => reader.Read(result, response.Output, completion.Request.Id),
            _ => OutputMessage.Of(prompt + (shown ? result.Text : "")),
        };
        FinishReason finish = shown ? result.FinishReason : FinishReason.Length;
        if (request.Common.Logprobs is null)
        {
            return new Choice(message, finish, null);
        }
        var scores = new ScoredText(tokenizer, completion.Request.ShownTokens);
        if (first.Result.PromptLogprobs is { } scored)
        {
            scores.AddPrompt(completion.Request.Prompt, scored);
        }
        if (shown)
        {
            scores.AddCompletion(result);
        }
        return new Choice(message, finish, request.Form is ResponseForm ? scores.Of(message.Content ?? "", result.Text) : scores.Tokens);
    }
}
