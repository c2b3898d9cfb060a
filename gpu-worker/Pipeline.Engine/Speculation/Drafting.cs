namespace Pipeline.Engine.Speculation;

/// <summary>How one request's next tokens are guessed, and how well.</summary>
/// <param name="drafter">Who guesses.</param>
internal sealed class Drafting(IDrafter drafter)
{
    // Where there is nothing to guess by, the next step is planned without, then two, at last so many.
    private const int LongestRest = 16;

    private Luck _luck;
    private int _misses;

    /// <summary>Who guesses.</summary>
    public IDrafter Drafter => drafter;

    /// <summary>How many tokens it may guess at most, for the step that is being planned.</summary>
    public int Wanted { get; set; }

    /// <summary>What each guess is founded on: a number below <see cref="IDrafter.Kinds"/>, by which its chance is learned.</summary>
    public List<int> Kinds { get; } = [];

    /// <summary>The number of the step from which on it pays to wait for its last tokens: only then can the next ones be guessed.</summary>
    public long RestsUntil { get; set; }

    /// <summary>Where its tokens stood before, once somebody looked that up.</summary>
    public NgramIndex? Index { get; set; }

    /// <summary>What guessing has been worth to it.</summary>
    public GuessingGain Gain { get; } = new();

    /// <summary>Tokens guessed and checked so far.</summary>
    public int Drafted { get; private set; }

    /// <summary>How many of them became the request's own.</summary>
    public int Accepted { get; private set; }

    /// <summary>The chance of a guess.</summary>
    /// <param name="usual">How likely its kind is right.</param>
    public double Chance(double usual) => _luck.Of(usual);

    /// <summary>Notes whether there was anything to guess by.</summary>
    public void Found(bool found, long step)
    {
        _misses = found ? 0 : _misses + 1;
        RestsUntil = found ? RestsUntil : step + Math.Min(1 << Math.Min(_misses, 10), LongestRest);
    }

    /// <summary>Notes what came of a guess.</summary>
    /// <param name="usual">How likely its kind is right.</param>
    /// <param name="right">Whether it was.</param>
    public void Tried(double usual, bool right) => _luck.Add(usual, right);

    /// <summary>Counts the tokens of a draft.</summary>
    /// <param name="drafted">Tokens checked.</param>
    /// <param name="accepted">How many became the request's own.</param>
    public void Count(int drafted, int accepted)
    {
        Drafted += drafted;
        Accepted += accepted;
    }
}
