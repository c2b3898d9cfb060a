namespace Pipeline.Engine.Grammar.Patterns;

/// <summary>A set of Unicode scalar values, as ranges: ascending, apart from each other, without surrogates. Immutable.</summary>
internal sealed class CodePointSet
{
    /// <summary>The last code point.</summary>
    public const int Last = 0x10FFFF;

    private const int FirstSurrogate = 0xD800, LastSurrogate = 0xDFFF;

    private CodePointSet(IReadOnlyList<(int Low, int High)> ranges) => Ranges = ranges;

    /// <summary>Every character.</summary>
    public static CodePointSet All { get; } = Of((0, Last));

    /// <summary>No character.</summary>
    public static CodePointSet None { get; } = new([]);

    /// <summary>The ranges; both ends belong to them.</summary>
    public IReadOnlyList<(int Low, int High)> Ranges { get; }

    /// <summary>Whether nothing is in it.</summary>
    public bool IsEmpty => Ranges.Count == 0;

    /// <summary>The characters of these ranges, which may overlap and be in any order.</summary>
    public static CodePointSet Of(params IEnumerable<(int Low, int High)> ranges)
    {
        var merged = new List<(int Low, int High)>();
        foreach ((int low, int high) in ranges.SelectMany(WithoutSurrogates).OrderBy(range => range.Low))
        {
            if (merged.Count > 0 && low <= merged[^1].High + 1)
            {
                merged[^1] = (merged[^1].Low, Math.Max(merged[^1].High, high));
            }
            else
            {
                merged.Add((low, high));
            }
        }

        return new CodePointSet(merged);
    }

    /// <summary>One character.</summary>
    public static CodePointSet One(int codePoint) => Of((codePoint, codePoint));

    /// <summary>These characters; each is one UTF-16 unit.</summary>
    public static CodePointSet Of(string characters) => Of(characters.Select(character => ((int)character, (int)character)));

    /// <summary>What is in either.</summary>
    public CodePointSet Union(CodePointSet other) => Of(Ranges.Concat(other.Ranges));

    /// <summary>What is in this, but not in the other.</summary>
    public CodePointSet Except(CodePointSet other) => Intersect(other.Complement());

    /// <summary>Every character that is not in it.</summary>
    public CodePointSet Complement()
    {
        var gaps = new List<(int, int)>();
        int next = 0;
        foreach ((int low, int high) in Ranges)
        {
            if (low > next)
            {
                gaps.Add((next, low - 1));
            }

            next = high + 1;
        }

        if (next <= Last)
        {
            gaps.Add((next, Last));
        }

        return Of(gaps);
    }

    /// <summary>What is in both.</summary>
    public CodePointSet Intersect(CodePointSet other)
    {
        var common = new List<(int, int)>();
        for (int i = 0, k = 0; i < Ranges.Count && k < other.Ranges.Count;)
        {
            int low = Math.Max(Ranges[i].Low, other.Ranges[k].Low), high = Math.Min(Ranges[i].High, other.Ranges[k].High);
            if (low <= high)
            {
                common.Add((low, high));
            }

            if (Ranges[i].High < other.Ranges[k].High)
            {
                i++;
            }
            else
            {
                k++;
            }
        }

        return new CodePointSet(common);
    }

    /// <summary>Whether a character is in it.</summary>
    public bool Contains(int codePoint) => Ranges.Any(range => range.Low <= codePoint && codePoint <= range.High);

    private static IEnumerable<(int Low, int High)> WithoutSurrogates((int Low, int High) range)
    {
        if (range.Low < FirstSurrogate && range.Low <= range.High)
        {
            yield return (range.Low, Math.Min(range.High, FirstSurrogate - 1));
        }

        if (range.High > LastSurrogate && range.Low <= range.High)
        {
            yield return (Math.Max(range.Low, LastSurrogate + 1), range.High);
        }
    }
}
