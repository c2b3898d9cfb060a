using System.Runtime.InteropServices;
using Pipeline.Engine.Planning;
using Pipeline.Engine.Sampling;
using Pipeline.Engine.Speculation;

namespace Pipeline.Engine.Execution;

/// <summary>A request while it is in the engine: a sequence with its text and its times.</summary>
internal sealed class ActiveRequest : Sequence
{
    private readonly GenerationRequest _request;
    private readonly CompletionText _text;
    private readonly TokenChoice _choice;
    private readonly long _added;
    private readonly List<TokenLogprobs> _promptLogprobs = [], _logprobs = [];
    private long? _started;
    private long? _firstToken;
    private double _prefillSeconds;
    private double _decodeSeconds;
    private readonly List<int> _forced = [];
    private int _forcedTokens;

    /// <summary>Takes a request in.</summary>
    /// <param name="request">The request.</param>
    /// <param name="text">Becomes its text.</param>
    /// <param name="choice">How its tokens are chosen.</param>
    /// <param name="added">When it was added.</param>
    public ActiveRequest(GenerationRequest request, CompletionText text, TokenChoice choice, long added)
        : base(request.Id, request.Prompt, request.MaxTokens, request.CacheSalt)
    {
        _request = request;
        _text = text;
        _choice = choice;
        _added = added;
        NeedsTokens = choice.NeedsTokens;
        ScoresPrompt = request.PromptLogprobs is not null;
    }

    /// <summary>How its next tokens are guessed; null where they are not.</summary>
    public Drafting? Drafting { get; init; }

    /// <summary>Whether its draft has to come next rather than being guessed.</summary>
    public bool IsDraftForced { get; private set; }

    /// <summary>Why it ended, or null while it goes on.</summary>
    public FinishReason? Finish { get; private set; }

    /// <summary>Why it failed, or null.</summary>
    public SequenceFailedException? Failure { get; private set; }

    /// <summary>Steps under way that compute something for it.</summary>
    public int UnderWay { get; private set; }

    /// <summary>Whether it has ended and all that was computed for it is accounted for: it may leave.</summary>
    public bool MayLeave => Finish is not null && UnderWay == 0;

    /// <summary>
    /// A sequence of the same prompt whose tokens meet the same chances, but are neither constrained nor counted: what a draft
    /// model follows it with.
    /// </summary>
    public ActiveRequest Twin()
    {
        GenerationRequest plain = _request with
        {
            Constraint = null, Logprobs = null, PromptLogprobs = null, MinTokens = 0, Stop = [], StopTokens = [], IgnoreEndTokens = true,
            Sampling = _request.Sampling with { PresencePenalty = 0, FrequencyPenalty = 0, RepetitionPenalty = 1 },
        };
        return new ActiveRequest(plain, new CompletionText(null, []), new TokenChoice(plain, _choice.Seed, []), _added);
    }

    /// <summary>Adds rows that say how likely the tokens of the prompt are that come after some of them.</summary>
    /// <param name="rows">What they are added to.</param>
    /// <param name="start">The position of the first of these tokens.</param>
    /// <param name="count">How many they are.</param>
    public void AddScoring(SamplingRows rows, int start, int count)
    {
        for (int position = start; position < start + count; position++)
        {
            rows.AddGiven(Tokens[position + 1], _request.PromptLogprobs!.Value);
        }
    }

    /// <summary>Takes in what such rows said.</summary>
    /// <param name="scores">One for each row.</param>
    /// <param name="start">The position of the first row's token.</param>
    public void ReceiveScores(ChosenValues scores, int start)
    {
        // After preemption they come again.
        for (int i = 0; i < scores.Tokens.Length; i++)
        {
            if (start + i == _promptLogprobs.Count)
            {
                _promptLogprobs.Add(scores.Score(i, Tokens[start + i + 1], _request.PromptLogprobs!.Value));
            }
        }
    }

    /// <summary>Adds how its next token is chosen, and the tokens after those that are guessed.</summary>
    /// <param name="rows">What they are added to.</param>
    /// <param name="drafted">How many of <see cref="Sequence.Draft"/>; they could come next, for <see cref="TrimDraft"/> has seen to that.</param>
    public void AddSampling(SamplingRows rows, int drafted)
    {
        for (int i = 0; i <= drafted; i++)
        {
            // Each row meets the chance of its own place, and what holds after the tokens before it, guessed or not.
            rows.Add(_choice.Next(Generated + i));
            if (i < drafted && NeedsTokens)
            {
                _choice.Accept(Draft[i]);
            }
        }

        if (NeedsTokens)
        {
            _choice.TakeBack(CollectionsMarshal.AsSpan(Draft)[..drafted]);
        }
    }

    /// <summary>Replaces its draft by the tokens that have to come next, where there are any.</summary>
    /// <param name="most">How many at most.</param>
    public void DraftForced(int most)
    {
        if (Drafting is null)
        {
            // Nobody else looks after its draft: what is there was forced, and has not been computed.
            Draft.Clear();
        }

        _forced.Clear();
        _choice.AddForced(_forced, most);
        IsDraftForced = _forced.Count > 0;
        if (IsDraftForced)
        {
            Draft.Clear();
            Draft.AddRange(_forced);
            TrimDraft();
        }
    }

    /// <summary>Notes that tokens which had to come are its own now.</summary>
    public void TookForced(int tokens) => _forcedTokens += tokens;

    /// <summary>Cuts its draft where it cannot come next, or would end the completion.</summary>
    public void TrimDraft()
    {
        int possible = _choice.CountPossible(Draft);
        Draft.RemoveRange(possible, Draft.Count - possible);
    }

    /// <summary>Notes that a step which began at <paramref name="now"/> computes something for it.</summary>
    public void Launched(long now)
    {
        _started ??= now;
        UnderWay++;
    }

    /// <summary>Adds its share of a step's time: that step has run.</summary>
    public void Landed(double seconds, bool prefill)
    {
        UnderWay--;
        _prefillSeconds += prefill ? seconds : 0;
        _decodeSeconds += prefill ? 0 : seconds;
    }

    /// <summary>Adds a chosen token, and sees whether the completion ends with it.</summary>
    /// <param name="chosen">What the step chose.</param>
    /// <param name="row">Which of it is the sequence's own.</param>
    /// <param name="now">When it was chosen.</param>
    public void Receive(ChosenValues chosen, int row, long now)
    {
        long token = chosen.Tokens[row];
        if (token == Sampler.NotFinite)
        {
            Fail(new SequenceFailedException(
                $"{Id}: the model's output after {Tokens.Length} tokens is not finite."));
            return;
        }

        if (!_choice.Accept((int)token))
        {
            Fail(new SequenceFailedException($"{Id}: token {token} was chosen, which its constraint does not allow."));
            return;
        }

        _firstToken ??= now;
        Append((int)token);
        if (_request.Logprobs is { } top)
        {
            _logprobs.Add(chosen.Score(row, (int)token, top));
        }

        try
        {
            bool ended = _choice.Ends((int)token);
            bool stopped = !ended && _text.Append((int)token, mayStop: Tokens.Length - PromptLength > _request.MinTokens);
            Finish = ended && _choice.IsCut ? FinishReason.Length
                : ended || stopped ? FinishReason.Stop
                : Tokens.Length == PromptLength + MaxTokens ? FinishReason.Length : null;
            if (Finish is not null && !stopped)
            {
                _text.Flush();
            }
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Turning its tokens into text concerns this request alone.
            Fail(new SequenceFailedException($"{Id}: token {token} could not be made text: {e.Message}", e));
        }
    }

    /// <summary>Ends it: nobody wants it any more.</summary>
    public void Cancel() => Finish ??= FinishReason.Cancelled;

    /// <summary>What came of it, and what it took.</summary>
    public GenerationResult ToResult(TimeProvider time, long now) => new()
    {
        Tokens = Tokens[PromptLength..].ToArray(),
        Text = _text.ToString(),
        Logprobs = _request.Logprobs is null ? null : _logprobs,
        PromptLogprobs = _request.PromptLogprobs is null ? null : _promptLogprobs,
        FinishReason = Finish ?? throw new InvalidOperationException($"{Id} has not ended."),
        PromptTokens = PromptLength,
        CachedTokens = CachedTokens ?? 0,
        QueueSeconds = time.GetElapsedTime(_added, _started ?? now).TotalSeconds,
        PrefillSeconds = _prefillSeconds,
        DecodeSeconds = _decodeSeconds,
        ForcedTokens = _forcedTokens,
        DraftedTokens = Drafting?.Drafted ?? 0,
        AcceptedTokens = Drafting?.Accepted ?? 0,
        TimeToFirstTokenSeconds = _firstToken is { } first ? time.GetElapsedTime(_added, first).TotalSeconds : null,
    };

    private void Fail(SequenceFailedException failure)
    {
        Failure = failure;
        Finish = FinishReason.Failed;
    }
}
