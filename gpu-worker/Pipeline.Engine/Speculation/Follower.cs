using Pipeline.Engine.Execution;
using Pipeline.Engine.Sampling;

namespace Pipeline.Engine.Speculation;

/// <summary>A draft model's own sequence for a request: the request's tokens, and behind them those that are guessed.</summary>
internal sealed class Follower
{
    private readonly ActiveRequest _request;

    /// <summary>Makes the follower of a request, of which nothing is computed yet.</summary>
    public Follower(ActiveRequest request)
    {
        _request = request;
        Sequence = request.Twin();
    }

    /// <summary>The sequence.</summary>
    public ActiveRequest Sequence { get; }

    /// <summary>Whether the step that is planned computes something of it.</summary>
    public bool IsPlanned { get; set; }

    /// <summary>Whether more is to be guessed for the step that the request is in.</summary>
    public bool GoesOn { get; private set; }

    /// <summary>Takes back what was guessed wrong, and adds what the request has got since.</summary>
    public void CatchUp()
    {
        ReadOnlySpan<int> known = Sequence.Tokens, tokens = _request.Tokens;
        // The last token is always taken anew: it has to be computed, since what comes of it is the next one.
        int same = Math.Min(known.CommonPrefixLength(tokens), tokens.Length - 1);
        Sequence.Cut(same);
        foreach (int token in tokens[same..])
        {
            Sequence.Append(token);
        }

        GoesOn = true;
    }

    /// <summary>Adds a token to the request's draft.</summary>
    /// <param name="token">The token, or <see cref="Sampler.NotFinite"/>: then there is nothing to go on with.</param>
    public void GoOn(long token)
    {
        GoesOn = token != Sampler.NotFinite;
        Sequence.Append((int)Math.Max(0, token));
        if (GoesOn)
        {
            _request.Draft.Add((int)token);
            _request.Drafting!.Kinds.Add(0);
            GoesOn = _request.Draft.Count < _request.Drafting.Wanted;
        }
    }
}
