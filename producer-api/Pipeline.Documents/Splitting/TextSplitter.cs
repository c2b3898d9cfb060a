namespace Pipeline.Documents.Splitting;

/// <summary>
/// Cuts a text into parts that fit, each as long as it may be, where it hurts least: between paragraphs, else lines, else
/// sentences, else words, else characters. Nothing is lost and nothing doubled but white space at the cuts.
/// </summary>
/// <param name="count">The length of a text in the unit of the limit, such as a model's tokens.</param>
public sealed class TextSplitter(Func<string, int> count)
{
    /// <summary>Characters of a unit, beyond any average: a text longer than that many times the limit needs no counting to be too long.</summary>
    private const int LongestUnit = 64;

    private static readonly Func<string, int, bool>[] Boundaries =
    [
        (text, at) => at >= 2 && text[at - 1] == '\n' && text[at - 2] == '\n' && text[at] != '\n',
        (text, at) => text[at - 1] == '\n' && text[at] != '\n',
        (text, at) => at >= 2 && char.IsWhiteSpace(text[at - 1]) && IsSentenceEnd(text[at - 2]) && !char.IsWhiteSpace(text[at])
            || IsFullWidthEnd(text[at - 1]),
        (text, at) => char.IsWhiteSpace(text[at - 1]) && !char.IsWhiteSpace(text[at]),
    ];

    /// <summary>The parts, in order.</summary>
    /// <param name="text">The text; not blank.</param>
    /// <param name="most">How long each may be.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="most"/> leaves no room for a character.</exception>
    /// <remarks>The lengths of pieces are added up: a joined part may be a little longer or shorter than that.</remarks>
    public IReadOnlyList<string> Split(string text, int most)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(text);
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        Packing packing = new(most);
        Add(text, level: 0, packing);
        return packing.Complete();
    }

    private void Add(string text, int level, Packing packing)
    {
        foreach (string piece in Pieces(text, level))
        {
            // What cannot fit is not even counted.
            if (piece.Length <= (long)packing.Most * LongestUnit && packing.TryAdd(piece, count(piece)))
            {
                continue;
            }

            if (level == Boundaries.Length && piece.Length == text.Length)
            {
                throw new ArgumentOutOfRangeException(nameof(text), $"Not even '{piece}' fits into {packing.Most}.");
            }

            Add(piece, Math.Min(level + 1, Boundaries.Length), packing);
        }
    }

    private static IEnumerable<string> Pieces(string text, int level)
    {
        if (level < Boundaries.Length)
        {
            return Cut(text, Boundaries[level]);
        }

        // Halves of what has no boundary, down to characters: few counts of long pieces rather than one for each character.
        int half = text.Length / 2;
        half += half > 0 && half < text.Length && char.IsLowSurrogate(text[half]) ? 1 : 0;
        return half == 0 || half == text.Length ? [text] : [text[..half], text[half..]];
    }

    private static IEnumerable<string> Cut(string text, Func<string, int, bool> isBoundary)
    {
        int start = 0;
        for (int at = 1; at < text.Length; at++)
        {
            if (isBoundary(text, at))
            {
                yield return text[start..at];
                start = at;
            }
        }

        yield return text[start..];
    }

    private static bool IsSentenceEnd(char c) => c is '.' or '!' or '?' or ':' or ';' or '"' or '\u201D' or ')';

    private static bool IsFullWidthEnd(char c) => c is '\u3002' or '\uFF01' or '\uFF1F';
}
