namespace Pipeline.Engine.Speculation;

/// <summary>
/// What a step costs by the number of tokens it computes, as measured: for each of the smallest numbers by itself, then for
/// ranges that grow by a fifth. Steps that compute prompts are not counted.
/// </summary>
internal sealed class StepCosts
{
    private const int Single = 32, PerDoubling = 4, Places = Single + (PerDoubling * 16);

    // Whatever disturbs a step makes it slower: quick ones are believed at once, slow ones bit by bit.
    private const double Quicker = 0.5, Slower = 0.1, Outlier = 2;

    // A gain below this is noise. No chance is so large as this one.
    private const double WorthIt = 1.02, Never = 2;

    private readonly (double Tokens, double Seconds)[] _known = new (double, double)[Places];

    /// <summary>Adds a step.</summary>
    public void Add(int tokens, double seconds)
    {
        if (tokens <= 0 || seconds <= 0)
        {
            return;
        }

        ref (double Tokens, double Seconds) known = ref _known[Place(tokens)];
        if (known.Seconds == 0)
        {
            known = (tokens, seconds);
            return;
        }

        double part = seconds < known.Seconds ? Quicker : Slower;
        known.Tokens += part * (tokens - known.Tokens);
        known.Seconds += part * (Math.Min(seconds, Outlier * known.Seconds) - known.Seconds);
    }

    /// <summary>
    /// How likely a guess has to be right to be worth its row, so that a step gives the most tokens a second. The best guesses are
    /// taken first: n of them bring as many tokens as the sum of their chances, and lengthen the step by n rows.
    /// </summary>
    /// <param name="rows">Tokens that the step computes anyway, each of which brings one.</param>
    /// <param name="chances">The chances of all guesses to be had; sorted when it returns.</param>
    /// <returns>The least chance that is taken; above 1 where no guess is worth it.</returns>
    public double LeastChance(int rows, Span<double> chances)
    {
        chances.Sort(static (a, b) => b.CompareTo(a));
        double tokens = rows, best = WorthIt * rows / Of(rows), least = Never;
        for (int i = 0; i < chances.Length; i++)
        {
            tokens += chances[i];
            double rate = tokens / Of(rows + i + 1);
            if (rate > best)
            {
                (best, least) = (rate, chances[i]);
            }
        }

        return least;
    }

    /// <summary>
    /// How many guesses of each sequence give the most tokens a second, where they are computed one after another: n of chance p
    /// bring 1 + p + ... + p^n tokens on average.
    /// </summary>
    /// <param name="rows">Sequences, each of which has as many.</param>
    /// <param name="most">The most guesses of a sequence.</param>
    /// <param name="chance">How likely a guess is right, if those before it were.</param>
    /// <param name="each">Seconds that it takes to make one for all sequences.</param>
    /// <returns>From 0, where none pays, to <paramref name="most"/>.</returns>
    public int BestLength(int rows, int most, double chance, double each)
    {
        double tokens = 1, right = 1, best = WorthIt / Of(rows);
        int length = 0;
        for (int i = 1; i <= most; i++)
        {
            right *= chance;
            tokens += right;
            double rate = tokens / (Of(rows * (1 + i)) + (i * each));
            if (rate > best)
            {
                (best, length) = (rate, i);
            }
        }

        return length;
    }

    /// <summary>The same where steps of this size, or of smaller and larger ones, have been measured; otherwise null.</summary>
    public double? Measured(int tokens) => Array.Exists(_known, known => known.Seconds > 0 && known.Tokens <= tokens) ? Of(tokens) : null;

    /// <summary>
    /// What a step of so many tokens takes. A larger step never costs less: where it seems so the smaller one was disturbed.
    /// Between what is known it is interpolated. A step smaller than all that are known is taken to cost less in proportion, and
    /// one that is larger no more: either way what is not known looks good until it is tried.
    /// </summary>
    /// <param name="tokens">How many.</param>
    /// <param name="unknown">What is said where nothing is known.</param>
    /// <returns>Seconds.</returns>
    public double Of(int tokens, double unknown = 1)
    {
        (double Tokens, double Seconds) below = default, above = (0, double.MaxValue);
        for (int i = 0; i < Places; i++)
        {
            (double Tokens, double Seconds) known = _known[i];
            if (known.Seconds > 0 && known.Tokens <= tokens)
            {
                below = known;
            }

            if (known.Seconds > 0 && known.Tokens >= tokens && known.Seconds <= above.Seconds)
            {
                above = known;
            }
        }

        if (above.Tokens == 0)
        {
            return below.Seconds > 0 ? below.Seconds : unknown;
        }

        double least = Math.Min(above.Seconds, below.Seconds), width = above.Tokens - below.Tokens;
        return width <= 0 ? above.Seconds : least + ((above.Seconds - least) * (tokens - below.Tokens) / width);
    }

    private static int Place(int tokens) => tokens <= Single
        ? tokens - 1
        : Math.Min(Places - 1, Single + (int)(PerDoubling * Math.Log2((double)tokens / Single)));
}
