namespace Pipeline.Engine.Speculation;

/// <summary>How one request's next tokens are guessed, and how well.</summary>
/// <param name="drafter">Who guesses.</param>
internal sealed class Drafting(IDrafter drafter)
{
    // Where no draft is to be had the next step is planned without, then two, at last so many.
    private const int LongestRest = 16;

    private Acceptance _acceptance;
    private int _misses;

    /// <summary>Who guesses.</summary>
    public IDrafter Drafter => drafter;

    /// <summary>How many tokens it may guess at most, for the step that is being planned.</summary>
    public int Wanted { get; set; }

    /// <summary>The number of the step from which on it pays to wait for its last tokens: only then can the next ones be guessed.</summary>
    public long RestsUntil { get; set; }

    /// <summary>Where its tokens stood before, once somebody looked that up.</summary>
    public NgramIndex? Index { get; set; }

    /// <summary>Tokens guessed and checked so far.</summary>
    public int Drafted { get; private set; }

    /// <summary>How many of them became the request's own.</summary>
    public int Accepted { get; private set; }

    /// <summary>How likely a guess is right.</summary>
    /// <param name="belief">What is believed where nothing has been guessed yet.</param>
    public double Chance(double belief) => _acceptance.Chance(belief);

    /// <summary>Notes whether there was a draft for a step.</summary>
    public void Found(bool found, long step)
    {
        _misses = found ? 0 : _misses + 1;
        RestsUntil = found ? step : step + Math.Min(1 << Math.Min(_misses, 10), LongestRest);
    }

    /// <summary>Notes what came of a draft.</summary>
    /// <param name="drafted">Tokens checked.</param>
    /// <param name="right">How many the model would have chosen itself, up to the first that it would not.</param>
    /// <param name="accepted">How many became the request's own: fewer where it ended among them.</param>
    public void Checked(int drafted, int right, int accepted)
    {
        _acceptance.Add(drafted, right);
        Drafted += drafted;
        Accepted += accepted;
    }
}
