using System.Text.RegularExpressions;

namespace Pipeline.Tokenization.Splitting;

/// <summary>What becomes of the stretches that a splitter's expression matches.</summary>
internal enum SplitBehavior
{
    Removed,
    Isolated,
    MergedWithPrevious,
    MergedWithNext,
    Contiguous,
}

/// <summary>Cuts pieces where an expression matches. Immutable, so safe for any number of threads.</summary>
internal sealed class RegexSplitter
{
    private readonly Regex _expression;
    private readonly SplitBehavior _behavior;
    private readonly bool _invert;

    /// <exception cref="NotSupportedException">The pattern means something else, or nothing, to .NET.</exception>
    public RegexSplitter(string pattern, SplitBehavior behavior, bool invert)
    {
        if (pattern.Contains("&&[", StringComparison.Ordinal) || pattern.Contains("[[", StringComparison.Ordinal)
            || pattern.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') >= 0)
        {
            throw new NotSupportedException($"The tokenizer's split pattern is not supported: {pattern}");
        }
        try
        {
            _expression = new Regex(pattern, RegexOptions.Compiled | RegexOptions.CultureInvariant);
        }
        catch (ArgumentException e)
        {
            throw new NotSupportedException($"The tokenizer's split pattern is not supported ({e.Message}): {pattern}", e);
        }
        _behavior = behavior;
        _invert = invert;
    }

    /// <summary>Cuts one piece; the parts that stay are added in order.</summary>
    public void Split(string shadow, Piece piece, List<Piece> output)
    {
        int first = output.Count;
        bool lastMatched = false;
        int position = piece.Start;
        // The expression sees the piece alone: what it looks around at ends at the piece's ends.
        foreach (ValueMatch match in _expression.EnumerateMatches(shadow.AsSpan(piece.Start, piece.Length)))
        {
            if (match.Length == 0)
            {
                continue;
            }
            int start = piece.Start + match.Index;
            if (start > position)
            {
                Add(new Piece(position, start - position), _invert);
            }
            Add(new Piece(start, match.Length), !_invert);
            position = start + match.Length;
        }
        if (position < piece.End)
        {
            Add(new Piece(position, piece.End - position), _invert);
        }

        void Add(Piece part, bool matched)
        {
            bool joinsLast = output.Count > first && _behavior switch
            {
                SplitBehavior.MergedWithPrevious => matched && !lastMatched,
                SplitBehavior.MergedWithNext => !matched && lastMatched,
                SplitBehavior.Contiguous => matched == lastMatched,
                _ => false,
            };
            lastMatched = matched;
            if (joinsLast)
            {
                output[^1] = new Piece(output[^1].Start, part.End - output[^1].Start);
            }
            else if (!(matched && _behavior == SplitBehavior.Removed))
            {
                output.Add(part);
            }
        }
    }
}
