using System.Text;
using System.Text.RegularExpressions;

namespace Pipeline.Tokenization.Splitting;

/// <summary>
/// A regular expression to which a code point is one character, as to the tokenizers that we must agree with, and not
/// two UTF-16 units as to .NET. Immutable, so safe for any number of threads.
/// </summary>
internal sealed class CodePointExpression
{
    private readonly Regex _expression;

    /// <exception cref="NotSupportedException">The pattern means something else, or nothing, to .NET.</exception>
    public CodePointExpression(string pattern)
    {
        if (pattern.Contains("&&[", StringComparison.Ordinal) || pattern.Contains("[[", StringComparison.Ordinal)
            || pattern.Contains(@"\b", StringComparison.OrdinalIgnoreCase) || pattern.Contains(@"\h", StringComparison.OrdinalIgnoreCase)
            || pattern.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') >= 0)
        {
            throw new NotSupportedException($"The tokenizer's pattern is not supported: {pattern}");
        }
        try
        {
            _expression = new Regex(WithWordCharacters(pattern), RegexOptions.Compiled | RegexOptions.CultureInvariant);
        }
        catch (ArgumentException e)
        {
            throw new NotSupportedException($"The tokenizer's pattern is not supported ({e.Message}): {pattern}", e);
        }
    }

    /// <summary>Adds the matches within a piece, in order; what the expression looks around at ends at the piece's ends.</summary>
    /// <param name="text">Well-formed UTF-16.</param>
    /// <param name="piece">Where to look.</param>
    /// <param name="output">Where the matches go, as stretches of <paramref name="text"/>; none is empty.</param>
    public void Matches(string text, Piece piece, List<Piece> output)
    {
        ReadOnlySpan<char> inside = text.AsSpan(piece.Start, piece.Length);
        CodePointText? wide = inside.IndexOfAnyInRange('\uD800', '\uDFFF') < 0 ? null : CodePointText.Of(inside);
        foreach (ValueMatch match in _expression.EnumerateMatches(wide is null ? inside : wide.Shadow))
        {
            if (match.Length > 0)
            {
                int start = wide?.Offset(match.Index) ?? match.Index;
                int end = wide?.Offset(match.Index + match.Length) ?? match.Index + match.Length;
                output.Add(new Piece(piece.Start + start, end - start));
            }
        }
    }

    /// <summary>The text with every match replaced by a text that is taken as it is.</summary>
    public string Replace(string text, string content)
    {
        List<Piece> matches = [];
        Matches(text, new Piece(0, text.Length), matches);
        if (matches.Count == 0)
        {
            return text;
        }
        var result = new StringBuilder(text.Length);
        int done = 0;
        foreach (Piece match in matches)
        {
            result.Append(text, done, match.Start - done).Append(content);
            done = match.End;
        }
        return result.Append(text, done, text.Length - done).ToString();
    }

    /// <summary>
    /// Spells \w out, which to .NET is fewer characters than to Oniguruma, whose expressions these are: there all marks and
    /// letters for numbers are, and on its own, though not in a class, the powers and fractions of Latin-1.
    /// </summary>
    private static string WithWordCharacters(string pattern)
    {
        const string InClass = @"\p{L}\p{M}\p{Nd}\p{Nl}\p{Pc}";
        const string Alone = InClass + @"\u00B2\u00B3\u00B9\u00BC-\u00BE";
        var result = new StringBuilder(pattern.Length);
        bool inClass = false;
        for (int i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] != '\\' || i + 1 == pattern.Length)
            {
                inClass = pattern[i] == '[' || (inClass && pattern[i] != ']');
                result.Append(pattern[i]);
                continue;
            }
            char escaped = pattern[++i];
            _ = (escaped, inClass) switch
            {
                ('w', true) => result.Append(InClass),
                ('w', false) => result.Append('[').Append(Alone).Append(']'),
                ('W', false) => result.Append("[^").Append(Alone).Append(']'),
                _ => result.Append('\\').Append(escaped),
            };
        }
        return result.ToString();
    }
}
