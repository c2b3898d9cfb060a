namespace Pipeline.Engine.Speculation;

/// <summary>
/// What a step costs by the number of tokens it computes, as measured: for each of the smallest numbers by itself, then for
/// ranges that grow by a fifth. Steps that compute prompts are not counted.
/// </summary>
internal sealed class StepCosts
{
    private const int Single = 32, PerDoubling = 4;

    // Whatever disturbs a step makes it slower: quick ones are believed at once, slow ones bit by bit.
    private const double Quicker = 0.5, Slower = 0.1, Outlier = 2;

    private readonly double[] _seconds = new double[Single + (PerDoubling * 16)];

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

    /// <summary>What a step of so many tokens takes: between what is known; as much as the next smaller known where none is larger.</summary>
    /// <returns>Seconds; 0 where nothing is known.</returns>
    public double Of(int tokens)
    {
        int place = Place(tokens), below = place, above = place;
        while (below >= 0 && _seconds[below] == 0)
        {
            below--;
        }

        while (above < _seconds.Length && _seconds[above] == 0)
        {
            above++;
        }

        if (below < 0 || above == _seconds.Length || below == above)
        {
            return below >= 0 ? _seconds[below] : above < _seconds.Length ? _seconds[above] : 0;
        }

        double part = (double)(place - below) / (above - below);
        return _seconds[below] + (part * (_seconds[above] - _seconds[below]));
    }

    private int Place(int tokens) => tokens <= Single
        ? tokens - 1
        : Math.Min(_seconds.Length - 1, Single + (int)(PerDoubling * Math.Log2((double)tokens / Single)));
}
