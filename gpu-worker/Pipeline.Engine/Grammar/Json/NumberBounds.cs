namespace Pipeline.Engine.Grammar.Json;

/// <summary>What numbers have to be.</summary>
internal sealed record NumberBounds
{
    /// <summary>The least; null for none.</summary>
    public decimal? Least { get; init; }

    /// <summary>Whether the least itself is too small.</summary>
    public bool AboveLeast { get; init; }

    /// <summary>The most; null for none.</summary>
    public decimal? Most { get; init; }

    /// <summary>Whether the most itself is too large.</summary>
    public bool BelowMost { get; init; }

    /// <summary>Numbers that all have to be multiples of these.</summary>
    public IReadOnlyList<decimal> Steps { get; init; } = [];

    /// <summary>Whether anything is asked for.</summary>
    public bool IsEmpty => Least is null && Most is null && Steps.Count == 0;

    /// <summary>With one more lower bound.</summary>
    public NumberBounds From(decimal least, bool above) =>
        Least is { } known && (known > least || (known == least && AboveLeast)) ? this : this with { Least = least, AboveLeast = above };

    /// <summary>With one more upper bound.</summary>
    public NumberBounds To(decimal most, bool below) =>
        Most is { } known && (known < most || (known == most && BelowMost)) ? this : this with { Most = most, BelowMost = below };
}
