namespace Pipeline.Engine.Speculation;

/// <summary>How much better or worse the guesses for one request are than those of their kind usually are.</summary>
internal struct Luck
{
    // No more than so many guesses are remembered, and as many as usual are believed in before there were any.
    private const double Memory = 24, Belief = 3;

    private double _right;
    private double _expected;

    /// <summary>Adds a guess that was tried.</summary>
    /// <param name="chance">How likely its kind is right.</param>
    /// <param name="right">Whether it was.</param>
    public void Add(double chance, bool right)
    {
        const double Fade = 1 - (1 / Memory);
        _right = (_right * Fade) + (right ? 1 : 0);
        _expected = (_expected * Fade) + chance;
    }

    /// <summary>The chance of a guess for this request.</summary>
    /// <param name="chance">How likely its kind is right.</param>
    public readonly double Of(double chance) => Math.Min(1, chance * (_right + Belief) / (_expected + Belief));
}
