namespace Pipeline.Documents.Text;

/// <summary>
/// How deep a page nests, told from its tags alone: a parser's time grows with the square of it. Browsers stop at a few hundred.
/// </summary>
internal static class HtmlDepth
{
    /// <summary>Levels that are read.</summary>
    public const int Deepest = 2000;

    // Without an end, or ended by what follows: pages that leave the end tags out are not deep.
    private static readonly HashSet<string> Flat = new(StringComparer.OrdinalIgnoreCase)
    {
        "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr",
        "p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "option", "optgroup", "colgroup", "body", "html", "head",
    };

    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> FlatNames = Flat.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <exception cref="UnreadableException">The page nests deeper than is read.</exception>
    public static void Check(ReadOnlySpan<char> html)
    {
        int depth = 0;
        while (html.IndexOf('<') is int at and >= 0 && at + 1 < html.Length)
        {
            html = html[(at + 1)..];
            bool ends = html[0] == '/';
            ReadOnlySpan<char> name = Name(ends ? html[1..] : html);
            if (name.IsEmpty || FlatNames.Contains(name))
            {
                continue;
            }

            if (ends)
            {
                depth = Math.Max(0, depth - 1);
            }
            else if (IsRaw(name))
            {
                int end = html.IndexOf($"</{name}", StringComparison.OrdinalIgnoreCase);
                html = end < 0 ? [] : html[(end + 2)..];
            }
            else if (!IsClosedAtOnce(html) && ++depth > Deepest)
            {
                throw new UnreadableException(UnreadableException.TooDeep, $"Its elements nest more than {Deepest} deep.");
            }
        }
    }

    private static ReadOnlySpan<char> Name(ReadOnlySpan<char> tag)
    {
        int length = 0;
        while (length < tag.Length && char.IsAsciiLetterOrDigit(tag[length]))
        {
            length++;
        }

        return length > 0 && char.IsAsciiLetter(tag[0]) ? tag[..length] : [];
    }

    private static bool IsRaw(ReadOnlySpan<char> name) =>
        name.Equals("script", StringComparison.OrdinalIgnoreCase) || name.Equals("style", StringComparison.OrdinalIgnoreCase)
        || name.Equals("textarea", StringComparison.OrdinalIgnoreCase) || name.Equals("title", StringComparison.OrdinalIgnoreCase);

    private static bool IsClosedAtOnce(ReadOnlySpan<char> tag)
    {
        int end = tag.IndexOf('>');
        return end > 0 && tag[end - 1] == '/';
    }
}
