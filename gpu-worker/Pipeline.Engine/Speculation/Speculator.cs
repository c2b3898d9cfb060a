using Pipeline.Engine.Execution;
using Pipeline.Engine.Planning;

namespace Pipeline.Engine.Speculation;

/// <summary>
/// Decides how many tokens of each request are guessed for the next step: as many as give the most tokens a second, by what steps
/// have cost and by how often guesses were right. So it stops by itself where guesses are poor, or where a step has so many
/// sequences that further rows cost as much as further steps; now and then it tries again. One thread at a time.
/// </summary>
internal sealed class Speculator : IDisposable
{
    // A gain below this is noise.
    private const double WorthIt = 1.02;

    // Where drafts do not pay one is tried again after so many steps, and how long it is.
    private const int Patience = 64, Trial = 2;

    // What is believed of guesses before there were any.
    private const double FirstBelief = 0.6;

    private readonly StepCosts _costs = new();
    private readonly Dictionary<SpeculationMode, IDrafter> _drafters;
    private readonly Dictionary<IDrafter, Acceptance> _acceptance = [];
    private readonly List<ActiveRequest> _asked = [];
    private readonly SpeculationMode _usual;
    private readonly double[] _seconds;
    private long _step;

    /// <summary>Makes one.</summary>
    /// <param name="drafters">Who guesses, by mode. It owns them.</param>
    /// <param name="usual">The mode of requests that name none.</param>
    /// <param name="most">Tokens guessed at a time, at most.</param>
    public Speculator(Dictionary<SpeculationMode, IDrafter> drafters, SpeculationMode usual, int most)
    {
        _drafters = drafters;
        _usual = usual;
        _seconds = new double[most + 1];
    }

    /// <summary>Tokens guessed and checked.</summary>
    public long Drafted { get; private set; }

    /// <summary>How many of them became a request's own.</summary>
    public long Accepted { get; private set; }

    /// <summary>Drafts checked: each is one sequence's part of a step.</summary>
    public long Drafts { get; private set; }

    /// <summary>How many leading tokens of a draft the model has chosen itself.</summary>
    /// <param name="draft">The guessed tokens.</param>
    /// <param name="chosen">What it chose after the token before the draft, and after each of the draft.</param>
    public static int Right(List<int> draft, ReadOnlySpan<long> chosen)
    {
        int right = 0;
        while (right < chosen.Length - 1 && chosen[right] == draft[right])
        {
            right++;
        }

        return right;
    }

    /// <summary>Throws for a request that asks for a mode that is not to be had.</summary>
    /// <exception cref="RequestRejectedException">It does.</exception>
    public void Validate(GenerationRequest request)
    {
        if (request.Speculation is { } mode and not SpeculationMode.Off && !_drafters.ContainsKey(mode))
        {
            throw new RequestRejectedException(
                "invalid_value", "speculation", "speculation is draft, but the engine has no draft model.");
        }
    }

    /// <summary>What a new request needs to be guessed for, or null where it is not to be.</summary>
    public Drafting? For(GenerationRequest request) =>
        _drafters.TryGetValue(request.Speculation ?? _usual, out IDrafter? drafter) ? new Drafting(drafter) : null;

    /// <summary>
    /// Gives the requests their drafts for the step that is planned next, and says of those whose last tokens are still to come
    /// whether that step had better wait for them.
    /// </summary>
    /// <param name="running">Those that hold blocks.</param>
    public void Propose(IReadOnlyList<Sequence> running)
    {
        _step++;
        Price(running);
        foreach (IDrafter drafter in _drafters.Values)
        {
            Ask(drafter, running);
        }
    }

    /// <summary>Notes what came of a draft.</summary>
    /// <param name="request">Whose it was.</param>
    /// <param name="drafted">Tokens checked.</param>
    /// <param name="right">How many the model would have chosen itself, up to the first that it would not.</param>
    /// <param name="accepted">How many became the request's own.</param>
    public void Checked(ActiveRequest request, int drafted, int right, int accepted)
    {
        Drafting drafting = request.Drafting!;
        drafting.Checked(drafted, right, accepted);
        Acceptance all = _acceptance.GetValueOrDefault(drafting.Drafter);
        all.Add(drafted, right);
        _acceptance[drafting.Drafter] = all;
        Drafted += drafted;
        Accepted += accepted;
        Drafts++;
    }

    /// <summary>Notes what a step has cost.</summary>
    public void Ran(StepPlan plan, double seconds)
    {
        if (plan.PrefillTokens == 0)
        {
            _costs.Add(plan.Tokens, seconds);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (IDrafter drafter in _drafters.Values)
        {
            drafter.Dispose();
        }
    }

    /// <summary>Estimates the next step for every length of draft, if all running requests had drafts of that length.</summary>
    private void Price(IReadOnlyList<Sequence> running)
    {
        int decoding = 0;
        for (int i = 0; i < running.Count; i++)
        {
            decoding += Decodes(running[i]) ? 1 : 0;
        }

        for (int i = 0; i < _seconds.Length; i++)
        {
            // Before anything was measured all lengths cost the same.
            _seconds[i] = decoding > 0 && _costs.Of(decoding * (1 + i)) is > 0 and double known ? known : 1;
        }
    }

    private void Ask(IDrafter drafter, IReadOnlyList<Sequence> running)
    {
        _asked.Clear();
        double belief = _acceptance.GetValueOrDefault(drafter).Chance(FirstBelief);
        for (int i = 0; i < running.Count; i++)
        {
            ActiveRequest request = (ActiveRequest)running[i];
            if (request.Drafting is not { } drafting || drafting.Drafter != drafter)
            {
                continue;
            }

            request.WaitsForTokens = _step >= drafting.RestsUntil;
            if (request.Expected == 0)
            {
                request.Draft.Clear();
                drafting.Wanted = Decodes(request) ? Wanted(request, drafting, belief) : 0;
                if (drafting.Wanted > 0)
                {
                    _asked.Add(request);
                }
            }
        }

        if (_asked.Count == 0)
        {
            return;
        }

        drafter.Draft(_asked);
        foreach (ActiveRequest request in _asked)
        {
            request.TrimDraft();
            request.Drafting!.Found(request.Draft.Count > 0, _step);
        }
    }

    private int Wanted(ActiveRequest request, Drafting drafting, double belief)
    {
        int length = BestLength(drafting.Chance(belief));
        if (length == 0)
        {
            // All that rest try again in the same step: so it also shows what such a step costs.
            length = _step >= drafting.RestsUntil ? Trial : 0;
            drafting.RestsUntil = ((_step / Patience) + 1) * Patience;
        }

        return Math.Min(length, request.MaxTokens - request.Generated - 1);
    }

    /// <summary>
    /// The length that gives the most tokens a second: n guesses of chance p bring 1 + p + ... + p^n tokens on average.
    /// </summary>
    private int BestLength(double chance)
    {
        double tokens = 1, right = 1, best = WorthIt / _seconds[0];
        int length = 0;
        for (int i = 1; i < _seconds.Length; i++)
        {
            right *= chance;
            tokens += right;
            if (tokens / _seconds[i] > best)
            {
                (best, length) = (tokens / _seconds[i], i);
            }
        }

        return length;
    }

    private static bool Decodes(Sequence sequence) => sequence.Remaining == 1 && sequence.Generated > 0 && !sequence.IsComplete;
}
