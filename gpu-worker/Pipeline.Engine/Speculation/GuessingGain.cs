namespace Pipeline.Engine.Speculation;

/// <summary>
/// What guessing has saved one request, as the engine estimates it. Of every step with guesses in which the request got e tokens there is
/// what it was charged, guesses included, and what it would have been charged without: e times its part of a step of as many
/// rows less the guessed ones, which costs what such steps have been measured to cost. One thread at a time.
/// </summary>
internal sealed class GuessingGain
{
    // By the rows of the step without guesses: how many such steps its tokens would have been, by its part of each, and what it was charged.
    private readonly Dictionary<int, (double Steps, double Seconds)> _decoded = [];
    private double _saved;
    private bool _isKnown;

    /// <summary>Adds a step that computed no prompts, whose cost without guesses is looked up when it is asked for: then more is known.</summary>
    /// <param name="rows">Rows of the step less the guessed ones.</param>
    /// <param name="steps">The request's tokens, times its part of such a step.</param>
    /// <param name="seconds">What it was charged.</param>
    public void Add(int rows, double steps, double seconds)
    {
        (double Steps, double Seconds) so = _decoded.GetValueOrDefault(rows);
        _decoded[rows] = (so.Steps + steps, so.Seconds + seconds);
    }

    /// <summary>Adds a step of which it is known what it would have cost.</summary>
    /// <param name="plain">What the request's tokens would have been charged.</param>
    /// <param name="seconds">What it was charged.</param>
    public void AddKnown(double plain, double seconds)
    {
        _saved += plain - seconds;
        _isKnown = true;
    }

    /// <summary>Device-seconds saved, below 0 where guessing cost more than it brought; null where no step can be compared.</summary>
    /// <param name="costs">What steps have cost. Those of sizes that nothing is known of count as no gain and no loss.</param>
    public double? SavedSeconds(StepCosts costs)
    {
        double saved = _saved;
        bool known = _isKnown;
        foreach ((int rows, (double steps, double seconds)) in _decoded)
        {
            if (costs.Measured(rows) is { } cost)
            {
                saved += (steps * cost) - seconds;
                known = true;
            }
        }

        return known ? saved : null;
    }
}
