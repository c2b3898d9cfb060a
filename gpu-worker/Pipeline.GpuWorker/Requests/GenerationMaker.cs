using System.Collections.ObjectModel;
using Pipeline.Engine;
using Pipeline.GpuWorker.Answers.Reading;
using Pipeline.Tokenization.Requests;

namespace Pipeline.GpuWorker.Requests;

/// <summary>Makes what the engine is to do of what a request asks for. Thread-safe.</summary>
/// <param name="output">Knows which special tokens have to show in a chat.</param>
/// <param name="contextLength">Tokens that prompt and completion may have together.</param>
/// <param name="maxCompletionTokens">The most tokens for a completion that names no limit; null for all that there is room for.</param>
internal sealed class GenerationMaker(OutputReader output, int contextLength, int? maxCompletionTokens)
{
    /// <summary>Makes the generations: prompt by prompt, of each as many as are to be made.</summary>
    /// <param name="request">The request; its prompts leave room for a completion.</param>
    /// <param name="id">Names the first of them; the others' names are made of it.</param>
    /// <param name="cacheSalt">Only requests of the same salt share cached prefixes.</param>
    public GenerationRequest[] Make(ModelRequest request, string id, string cacheSalt)
    {
        SamplingParameters sampling = Sampling(request.Common);
        int made = request.Choices.Made;
        return [.. Enumerable.Range(0, request.Prompts.Count * made).Select(i =>
            Make(request, request.Prompts[i / made], i % made, sampling) with { Id = i == 0 ? id : $"{id}/{i}", CacheSalt = cacheSalt })];
    }

    private GenerationRequest Make(ModelRequest request, int[] prompt, int choice, SamplingParameters sampling)
    {
        long room = contextLength - prompt.Length;
        CommonParameters common = request.Common;
        return new GenerationRequest
        {
            Id = "",
            Prompt = prompt,
            Choice = choice,

            // Where only the prompt is asked about a token is generated all the same, and not shown: the engine knows no less.
            MaxTokens = (int)Math.Max(1, request.MaxTokens ?? Math.Min(room, maxCompletionTokens ?? room)),
            MinTokens = common.MinTokens,
            Sampling = sampling,
            Stop = common.Stop,
            StopTokens = common.StopTokens,
            IgnoreEndTokens = common.IgnoreEndTokens,
            Logprobs = common.Logprobs ?? (request.Choices.Made > request.Choices.Shown ? 0 : null),
            PromptLogprobs = request.Form is CompletionForm { Echo: true } && choice == 0 ? common.Logprobs : null,
            Speculation = common.Speculation is { } mode ? Enum.Parse<SpeculationMode>(mode, ignoreCase: true) : null,
            ShownTokens = request.Form is CompletionForm ? ReadOnlySet<int>.Empty : output.MarkTokens,
        };
    }

    private static SamplingParameters Sampling(CommonParameters common) => new()
    {
        Temperature = common.Temperature,
        TopP = common.TopP,
        TopK = common.TopK,
        MinP = common.MinP,
        PresencePenalty = common.PresencePenalty,
        FrequencyPenalty = common.FrequencyPenalty,
        RepetitionPenalty = common.RepetitionPenalty,
        LogitBias = common.LogitBias,
        Seed = common.Seed,
    };
}
