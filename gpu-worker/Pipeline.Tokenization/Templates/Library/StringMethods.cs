using System.Text;
using Pipeline.Tokenization.Templates.Evaluation;

namespace Pipeline.Tokenization.Templates.Library;

/// <summary>The methods of a string, as Python has them.</summary>
internal static class StringMethods
{
    public static TemplateFunction? Find(string text, string name) => name switch
    {
        "strip" => a => Strip(text, a.Get(0, "chars"), true, true),
        "lstrip" => a => Strip(text, a.Get(0, "chars"), true, false),
        "rstrip" => a => Strip(text, a.Get(0, "chars"), false, true),
        "upper" => _ => text.ToUpperInvariant(),
        "lower" => _ => text.ToLowerInvariant(),
        "title" => _ => Title(text),
        "capitalize" => _ => Capitalize(text),
        "startswith" => a => Affixes(a).Any(affix => text.StartsWith(affix, StringComparison.Ordinal)),
        "endswith" => a => Affixes(a).Any(affix => text.EndsWith(affix, StringComparison.Ordinal)),
        "removeprefix" => a => a.Text(0, "prefix") is var p && text.StartsWith(p, StringComparison.Ordinal) ? text[p.Length..] : text,
        "removesuffix" => a => a.Text(0, "suffix") is var s && text.EndsWith(s, StringComparison.Ordinal) ? text[..^s.Length] : text,
        "split" => a => Split(text, a.Get(0, "sep"), a.Integer(1, "maxsplit", -1)),
        "rsplit" => a => SplitFromRight(text, a.Get(0, "sep"), a.Integer(1, "maxsplit", -1)),
        "splitlines" => _ => SplitLines(text),
        "replace" => a => Replace(text, a.Text(0, "old"), a.Text(1, "new"), a.Get(2, "count")),
        "join" => a => TextFilters.Join(text, Values.AsList(a.Require(0, "iterable"))),
        "format" => a => StringFormat.Fill(text, a),
        "find" => a => Find(text, text.IndexOf(a.Text(0, "sub"), StringComparison.Ordinal)),
        "rfind" => a => Find(text, text.LastIndexOf(a.Text(0, "sub"), StringComparison.Ordinal)),
        "count" => a => a.Text(0, "sub") is { Length: > 0 } sub ? text.Split(sub).Length - 1L : CodePoints.Count(text) + 1,
        "index" => a => Find(text, text.IndexOf(a.Text(0, "sub"), StringComparison.Ordinal)) is >= 0 and var index
            ? index : throw new TemplateRenderException("The text is not in the string"),
        "partition" => a => Partition(text, a.Text(0, "sep"), text.IndexOf(a.Text(0, "sep"), StringComparison.Ordinal), whole: 0),
        "rpartition" => a => Partition(text, a.Text(0, "sep"), text.LastIndexOf(a.Text(0, "sep"), StringComparison.Ordinal), whole: 2),
        "ljust" => a => Pad(text, a, missing => 0),
        "rjust" => a => Pad(text, a, missing => missing),
        "center" => a => Center(text, a),
        "zfill" => a => text is ['-' or '+', ..]
            ? text[0] + Pad(text[1..], new Arguments(a.Integer(0, "width") - 1, "0"), missing => missing)
            : Pad(text, new Arguments(a.Integer(0, "width"), "0"), missing => missing),
        "casefold" => _ => text.ToLowerInvariant(),
        "swapcase" => _ => string.Concat(text.Select(c => char.IsUpper(c) ? char.ToLowerInvariant(c) : char.ToUpperInvariant(c))),
        "isalnum" => _ => text.Length > 0 && text.All(char.IsLetterOrDigit),
        "isnumeric" => _ => text.Length > 0 && text.All(char.IsNumber),
        "isdecimal" => _ => text.Length > 0 && text.All(char.IsDigit),
        "isdigit" => _ => text.Length > 0 && text.All(char.IsDigit),
        "isalpha" => _ => text.Length > 0 && text.All(char.IsLetter),
        "isspace" => _ => text.Length > 0 && text.All(char.IsWhiteSpace),
        "isupper" => _ => IsCased(text, char.IsUpper),
        "islower" => _ => IsCased(text, char.IsLower),
        _ => null,
    };

    public static string Strip(string text, object? characters, bool left, bool right)
    {
        Func<char, bool> strips = characters is string given ? given.Contains : char.IsWhiteSpace;
        int start = 0, end = text.Length;
        while (left && start < end && strips(text[start]))
        {
            start++;
        }
        while (right && end > start && strips(text[end - 1]))
        {
            end--;
        }
        return text[start..end];
    }

    /// <summary>Whether a text has letters with case, all of them of one case.</summary>
    public static bool IsCased(string text, Func<char, bool> hasCase) =>
        text.Any(hasCase) && text.All(c => hasCase(c) || !(char.IsUpper(c) || char.IsLower(c)));

    public static string Capitalize(string text) =>
        text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..].ToLowerInvariant();

    public static string Title(string text)
    {
        var result = new StringBuilder(text.Length);
        bool inWord = false;
        foreach (char c in text)
        {
            result.Append(inWord ? char.ToLowerInvariant(c) : char.ToUpperInvariant(c));
            inWord = char.IsLetter(c);
        }
        return result.ToString();
    }

    public static string Replace(string text, string old, string replacement, object? count)
    {
        long limit = count is null ? -1 : Values.AsInteger(count);
        if (old.Length == 0)
        {
            throw new TemplateRenderException("'replace' needs something to replace");
        }
        Limits.CheckText(text.Length + ((long)(text.Length / old.Length) * replacement.Length));
        return limit < 0
            ? text.Replace(old, replacement, StringComparison.Ordinal)
            : string.Join(replacement, text.Split(old, (int)Math.Min(limit, int.MaxValue - 1) + 1));
    }

    private static List<object?> Split(string text, object? separator, long limit)
    {
        int parts = limit < 0 ? int.MaxValue : (int)Math.Min(limit, int.MaxValue - 1) + 1;
        if (separator is string by)
        {
            return by.Length > 0 ? [.. text.Split(by, parts)] : throw new TemplateRenderException("'split' needs a separator that is not empty");
        }
        // Without a separator: by runs of white space, none of it at the ends; a limited rest keeps its own.
        List<object?> words = [];
        int position = 0;
        while (true)
        {
            while (position < text.Length && char.IsWhiteSpace(text[position]))
            {
                position++;
            }
            if (position == text.Length)
            {
                return words;
            }
            int end = position;
            while (end < text.Length && (words.Count == parts - 1 || !char.IsWhiteSpace(text[end])))
            {
                end++;
            }
            words.Add(text[position..end]);
            position = end;
        }
    }

    private static List<object?> SplitFromRight(string text, object? separator, long limit)
    {
        if (limit < 0)
        {
            return Split(text, separator, limit);
        }
        string by = separator as string ?? throw new TemplateRenderException("'rsplit' with a limit needs a separator");
        List<object?> parts = Split(text, by, -1);
        int rest = parts.Count - (int)Math.Min(limit, parts.Count - 1);
        return [string.Join(by, parts.Take(rest)), .. parts.Skip(rest)];
    }

    private static List<object?> SplitLines(string text)
    {
        List<object?> lines = [.. text.Replace("\r\n", "\n").Replace('\r', '\n').Split('\n')];
        if (lines[^1] is "")
        {
            lines.RemoveAt(lines.Count - 1);
        }
        return lines;
    }

    /// <param name="text">The text.</param>
    /// <param name="separator">What it is cut at.</param>
    /// <param name="at">Where that stands; below 0 where it does not.</param>
    /// <param name="whole">Which part the whole text is then.</param>
    private static List<object?> Partition(string text, string separator, int at, int whole)
    {
        if (at >= 0)
        {
            return [text[..at], separator, text[(at + separator.Length)..]];
        }
        List<object?> parts = ["", "", ""];
        parts[whole] = text;
        return parts;
    }

    /// <summary>Of an odd blank more goes before the text where the width is odd: so Python does it.</summary>
    public static string Center(string text, Arguments arguments) =>
        Pad(text, arguments, missing => (missing / 2) + (missing & arguments.Integer(0, "width") & 1));

    /// <summary>Fills a text up to a width; how much of what is missing goes before it is told.</summary>
    private static string Pad(string text, Arguments arguments, Func<long, long> before)
    {
        long width = arguments.Integer(0, "width");
        Limits.CheckText(width);
        int missing = (int)Math.Max(0, width - CodePoints.Count(text));
        char fill = arguments.Text(1, "fillchar", " ") is [var one]
            ? one : throw new TemplateRenderException("What a text is filled up with must be one character");
        int left = (int)before(missing);
        return new string(fill, left) + text + new string(fill, missing - left);
    }

    private static long Find(string text, int at) => at < 0 ? -1L : CodePoints.Count(text[..at]);

    private static IEnumerable<string> Affixes(Arguments arguments) => arguments.Require(0, "affix") switch
    {
        string affix => [affix],
        List<object?> several => several.OfType<string>(),
        var other => throw new TemplateRenderException($"A string is needed, not {Values.TypeName(other)}"),
    };
}
