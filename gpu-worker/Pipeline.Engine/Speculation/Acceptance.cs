namespace Pipeline.Engine.Speculation;

/// <summary>How often guessed tokens of a kind are right, later ones counting more.</summary>
internal struct Acceptance
{
    // What is believed before anything was tried counts as much as so many guesses.
    private const double Belief = 4;

    // After so many guesses an old one counts a third as much.
    private const double Memory = 512;

    private double _right;
    private double _tried;

    /// <summary>Adds a guess that was tried.</summary>
    public void Add(bool right)
    {
        const double Fade = 1 - (1 / Memory);
        _right = (_right * Fade) + (right ? 1 : 0);
        _tried = (_tried * Fade) + 1;
    }

    /// <summary>The chance that the next one is right.</summary>
    /// <param name="belief">What is believed before anything was tried.</param>
    public readonly double Chance(double belief) => (_right + (Belief * belief)) / (_tried + Belief);
}
