using System.Runtime.InteropServices;
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
    // Where drafts do not pay one is tried again after so many steps, and how long it is.
    private const int Patience = 64, Trial = 2;

    // A guess of so small a chance is not even weighed.
    private const double Hopeless = 0.05;

    // What is believed of a kind of guess before there were any.
    private const double FirstBelief = 0.5;

    private readonly StepCosts _costs = new();
    private readonly Dictionary<IDrafter, StepCosts> _roundCosts = [];
    private readonly TimeProvider _time;
    private readonly Dictionary<SpeculationMode, IDrafter> _drafters;
    private readonly Dictionary<IDrafter, Acceptance[]> _kinds = [];
    private readonly List<ActiveRequest> _asked = [];
    private readonly List<double> _chances = [];
    private readonly SpeculationMode _usual;
    private readonly int _most;
    private long _step;

    /// <summary>Makes one.</summary>
    /// <param name="drafters">Who guesses, by mode. It owns them.</param>
    /// <param name="usual">The mode of requests that name none.</param>
    /// <param name="most">Tokens guessed at a time, at most.</param>
    /// <param name="time">The clock.</param>
    public Speculator(Dictionary<SpeculationMode, IDrafter> drafters, SpeculationMode usual, int most, TimeProvider time)
    {
        _time = time;
        _drafters = drafters;
        _usual = usual;
        _most = most;
        foreach (IDrafter drafter in drafters.Values)
        {
            _kinds[drafter] = new Acceptance[drafter.Kinds];
            _roundCosts[drafter] = new StepCosts();
        }
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
    /// <returns>Seconds that the guesses took.</returns>
    public double Propose(IReadOnlyList<Sequence> running)
    {
        _step++;
        long start = _time.GetTimestamp();
        int decoding = 0;
        for (int i = 0; i < running.Count; i++)
        {
            decoding += Decodes(running[i]) ? 1 : 0;
        }

        foreach (IDrafter drafter in _drafters.Values)
        {
            Ask(drafter, running, decoding);
        }

        return _time.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Notes what came of a draft.</summary>
    /// <param name="request">Whose it was.</param>
    /// <param name="drafted">Tokens checked.</param>
    /// <param name="right">How many the model would have chosen itself, up to the first that it would not.</param>
    /// <param name="accepted">How many became the request's own: fewer where it ended among them.</param>
    public void Checked(ActiveRequest request, int drafted, int right, int accepted)
    {
        Drafting drafting = request.Drafting!;
        Acceptance[] kinds = _kinds[drafting.Drafter];

        // What came after the first wrong token was never tried.
        for (int i = 0; i < Math.Min(drafted, right + 1); i++)
        {
            ref Acceptance kind = ref kinds[drafting.Kinds[i]];
            drafting.Tried(kind.Chance(FirstBelief), i < right);
            kind.Add(i < right);
        }

        drafting.Count(drafted, accepted);
        Drafted += drafted;
        Accepted += accepted;
        Drafts++;
    }

    /// <summary>Device-seconds that guessing has saved a request, by what steps have cost so far; null where nothing was guessed for it, or nothing is known.</summary>
    public double? SavedSeconds(ActiveRequest request) =>
        request.Drafting is { Drafted: > 0 } drafting ? drafting.Gain.SavedSeconds(_costs) : null;

    /// <summary>Notes what a step has cost, without its guesses.</summary>
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

    private static bool Decodes(Sequence sequence) => sequence.Remaining == 1 && sequence.Generated > 0 && !sequence.IsComplete;

    private void Ask(IDrafter drafter, IReadOnlyList<Sequence> running, int decoding)
    {
        _asked.Clear();
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
                drafting.Kinds.Clear();
                drafting.Wanted = Decodes(request) ? Math.Min(Affordable(drafting, decoding), request.MaxTokens - request.Generated - 1) : 0;
                if (drafting.Wanted > 0)
                {
                    _asked.Add(request);
                }
            }
        }

        if (_asked.Count > 0)
        {
            long start = _time.GetTimestamp();
            drafter.Draft(_asked);
            double seconds = _time.GetElapsedTime(start).TotalSeconds;
            int rounds = 1;
            foreach (ActiveRequest request in _asked)
            {
                rounds = Math.Max(rounds, request.Draft.Count);
            }

            _roundCosts[drafter].Add(_asked.Count, seconds / rounds);
            Choose(_kinds[drafter], decoding);
        }
    }

    /// <summary>How many guesses are worth asking for: all, unless they take time.</summary>
    private int Affordable(Drafting drafting, int decoding)
    {
        if (!drafting.Drafter.Computes)
        {
            return _most;
        }

        double chance = drafting.Chance(_kinds[drafting.Drafter][0].Chance(FirstBelief));
        int length = _costs.BestLength(decoding, _most, chance, _roundCosts[drafting.Drafter].Of(decoding, 0));
        return length > 0 ? length : Rest(drafting);
    }

    /// <summary>
    /// Lets a request rest whose guesses do not pay. All that rest try again in the same step: so it also shows what such a step
    /// costs.
    /// </summary>
    /// <returns>How many to guess all the same.</returns>
    private int Rest(Drafting drafting)
    {
        int length = _step >= drafting.RestsUntil ? Trial : 0;
        drafting.RestsUntil = ((_step / Patience) + 1) * Patience;
        return length;
    }

    /// <summary>Cuts the drafts to what pays.</summary>
    private void Choose(Acceptance[] kinds, int decoding)
    {
        _chances.Clear();
        foreach (ActiveRequest request in _asked)
        {
            request.TrimDraft();
            request.Drafting!.Found(request.Draft.Count > 0, _step);
            double chance = 1;
            for (int i = 0; i < request.Draft.Count && chance >= Hopeless; i++)
            {
                chance *= request.Drafting.Chance(kinds[request.Drafting.Kinds[i]].Chance(FirstBelief));
                _chances.Add(chance);
            }
        }

        double least = _costs.LeastChance(decoding, CollectionsMarshal.AsSpan(_chances));
        foreach (ActiveRequest request in _asked)
        {
            Cut(request, request.Drafting!, kinds, least);
        }
    }

    private void Cut(ActiveRequest request, Drafting drafting, Acceptance[] kinds, double least)
    {
        int length = 0;
        double chance = 1;
        for (; length < request.Draft.Count; length++)
        {
            chance *= drafting.Chance(kinds[drafting.Kinds[length]].Chance(FirstBelief));
            if (chance < least)
            {
                break;
            }
        }

        if (length == 0 && request.Draft.Count > 0)
        {
            // One that was asked to guess though it does not pay is in its trial.
            length = Math.Min(drafting.Drafter.Computes ? Trial : Rest(drafting), request.Draft.Count);
        }

        request.Draft.RemoveRange(length, request.Draft.Count - length);
    }
}
