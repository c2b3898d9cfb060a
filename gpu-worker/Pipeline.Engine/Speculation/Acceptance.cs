namespace Pipeline.Engine.Speculation;

/// <summary>How likely a guessed token is right, if those before it were: learned from what was guessed, later guesses counting more.</summary>
/// <param name="Right">Guesses that were right, faded.</param>
/// <param name="Tried">Guesses that were checked, faded.</param>
internal record struct Acceptance(double Right, double Tried)
{
    // What is believed of one without guesses counts as much as so many of them.
    private const double Belief = 2;

    // After so many guesses an old one counts a third as much.
    private const double Memory = 32;

    /// <summary>Adds a draft. What came after its first wrong token was never tried.</summary>
    /// <param name="drafted">Tokens guessed.</param>
    /// <param name="right">How many of them were right, up to the first that was not.</param>
    public void Add(int drafted, int right)
    {
        int tried = Math.Min(drafted, right + 1);
        double fade = Math.Exp(-tried / Memory);
        Right = (Right * fade) + right;
        Tried = (Tried * fade) + tried;
    }

    /// <summary>The chance.</summary>
    /// <param name="belief">What is believed of one without guesses.</param>
    public readonly double Chance(double belief) => (Right + (Belief * belief)) / (Tried + Belief);
}
