namespace Pipeline.Tokenization.Requests;

/// <summary>How many completions of each prompt are asked for.</summary>
/// <param name="Shown">How many the answer has (<c>n</c>).</param>
/// <param name="Made">How many are generated, of which the likeliest are shown (<c>best_of</c>); no fewer.</param>
public sealed record ChoiceCount(int Shown, int Made)
{
    /// <summary>One of each.</summary>
    public static readonly ChoiceCount One = new(1, 1);

    /// <summary>OpenAI's limits.</summary>
    private const int MostShown = 128, MostMade = 20;

    internal static ChoiceCount Read(RequestFields fields, bool hasBestOf)
    {
        int shown = (int)(fields.Integer("n", 1, MostShown) ?? 1);
        if (!hasBestOf || fields.Integer("best_of", 1, MostMade) is not { } made)
        {
            return new ChoiceCount(shown, shown);
        }
        return made >= shown ? new ChoiceCount(shown, (int)made) : throw RequestErrorException.Invalid("best_of", "invalid_value",
            $"Invalid 'best_of': it must be at least 'n', {shown}, but got {made} instead.");
    }
}
