namespace Pipeline.Engine.Grammar.Automata;

/// <summary>
/// Everywhere that a reader may stand after the same bytes: a state of the automaton made deterministic. Its places do not
/// change; what is found out about it is kept with it, so that it is found out once.
/// </summary>
/// <param name="positions">The places, ascending by node and frame.</param>
/// <param name="mayEnd">Whether the text may end here.</param>
/// <param name="classes">How many classes of bytes there are.</param>
/// <param name="generation">Which of the automaton's generations it belongs to.</param>
internal sealed class Configuration(Position[] positions, bool mayEnd, int classes, int generation)
{
    /// <summary>From here nothing can be finished.</summary>
    public static Configuration Dead { get; } = new([], false, 0, 0);

    /// <summary>The places.</summary>
    public ReadOnlySpan<Position> Positions => positions;

    /// <summary>Whether the text may end here.</summary>
    public bool MayEnd => mayEnd;

    /// <summary>Which of the automaton's generations it belongs to.</summary>
    public int Generation => generation;

    /// <summary>Where each class of bytes leads; null where nobody has looked yet.</summary>
    public Configuration?[] Next { get; } = new Configuration?[classes];

    /// <summary>What whoever uses it keeps with it; null until somebody does.</summary>
    public object? Note { get; set; }
}

/// <summary>Configurations are equal that stand in the same places.</summary>
internal sealed class ConfigurationComparer : IEqualityComparer<Configuration>
{
    /// <inheritdoc/>
    public bool Equals(Configuration? x, Configuration? y) =>
        x is not null && y is not null && x.MayEnd == y.MayEnd && x.Positions.SequenceEqual(y.Positions);

    /// <inheritdoc/>
    public int GetHashCode(Configuration obj)
    {
        var hash = new HashCode();
        hash.Add(obj.MayEnd);
        foreach (Position position in obj.Positions)
        {
            hash.Add(position.Node);
            hash.Add(position.Frame?.Id ?? 0);
        }

        return hash.ToHashCode();
    }
}
