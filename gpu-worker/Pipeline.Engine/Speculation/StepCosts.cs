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

    private readonly double[] _seconds = new double[Places];

    /// <summary>Adds a step.</summary>
    public void Add(int tokens, double seconds)
    {
        if (tokens <= 0 || seconds <= 0)
        {
            return;
        }

        ref double known = ref _seconds[Place(tokens)];
        known = known == 0 ? seconds : known + ((seconds < known ? Quicker : Slower) * (Math.Min(seconds, Outlier * known) - known));
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
    /// What a step of so many tokens takes. A larger step never costs less: where it seems so the smaller one was disturbed.
    /// Between what is known it is interpolated; beyond, it costs what the largest one known does, until that is tried.
    /// </summary>
    /// <returns>Seconds; 1 where nothing is known.</returns>
    public double Of(int tokens)
    {
        int place = Place(tokens), below = place;
        while (below >= 0 && _seconds[below] == 0)
        {
            below--;
        }

        double most = double.MaxValue;
        int above = -1;
        for (int i = _seconds.Length - 1; i >= place; i--)
        {
            if (_seconds[i] > 0 && _seconds[i] <= most)
            {
                (above, most) = (i, _seconds[i]);
            }
        }

        if (below < 0 || above < 0)
        {
            return below >= 0 ? _seconds[below] : above >= 0 ? most : 1;
        }

        double least = Math.Min(most, _seconds[below]);
        return below == above ? least : least + ((most - least) * (place - below) / (above - below));
    }

    private static int Place(int tokens) => tokens <= Single
        ? tokens - 1
        : Math.Min(Places - 1, Single + (int)(PerDoubling * Math.Log2((double)tokens / Single)));
}
