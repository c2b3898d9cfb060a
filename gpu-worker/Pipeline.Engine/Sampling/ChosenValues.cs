namespace Pipeline.Engine.Sampling;

/// <summary>What a step chose, as it comes from the device; or what it chose for some rows that follow each other.</summary>
internal readonly ref struct ChosenValues
{
    private readonly ReadOnlySpan<double> _scores;
    private readonly ScoredRows _scored;
    private readonly int _first;

    /// <summary>All that a step chose.</summary>
    /// <param name="tokens">The tokens of all rows.</param>
    /// <param name="scores">Of each scored row what <see cref="Scores"/> says.</param>
    /// <param name="scored">Which rows these are.</param>
    public ChosenValues(ReadOnlySpan<long> tokens, ReadOnlySpan<double> scores, ScoredRows scored)
        : this(tokens, scores, scored, 0)
    {
    }

    private ChosenValues(ReadOnlySpan<long> tokens, ReadOnlySpan<double> scores, ScoredRows scored, int first)
    {
        Tokens = tokens;
        _scores = scores;
        _scored = scored;
        _first = first;
    }

    /// <summary>The rows' tokens, or <see cref="Sampler.NotFinite"/> for a row whose logits mean nothing.</summary>
    public ReadOnlySpan<long> Tokens { get; }

    /// <summary>What was chosen for some of the rows.</summary>
    public ChosenValues Slice(int row, int count) => new(Tokens.Slice(row, count), _scores, _scored, _first + row);

    /// <summary>How likely a row's token was: of a row that was to be scored.</summary>
    /// <param name="row">The row.</param>
    /// <param name="token">The token: the one that was chosen, or that was given.</param>
    /// <param name="count">How many of the likeliest tokens are wanted: no more than were asked for.</param>
    public TokenLogprobs Score(int row, int token, int count)
    {
        int width = 1 + (2 * _scored.Top);
        ReadOnlySpan<double> own = _scores.Slice(_scored.Rows.BinarySearch(_first + row) * width, width);
        TokenLogprob[] likeliest = new TokenLogprob[count];
        for (int i = 0; i < count; i++)
        {
            likeliest[i] = new TokenLogprob((int)own[1 + _scored.Top + i], own[1 + i]);
        }

        // The device leaves the order of equals open.
        Array.Sort(likeliest, (a, b) => a.Logprob != b.Logprob ? b.Logprob.CompareTo(a.Logprob) : a.Token.CompareTo(b.Token));
        return new TokenLogprobs(token, own[0], likeliest);
    }
}
