using System.Collections.Concurrent;
using System.Globalization;

namespace Pipeline.Engine.Grammar.Patterns;

/// <summary>The sets of characters that regular expressions have names for, as ECMA-262 means them. Thread-safe.</summary>
internal static class CharacterClasses
{
    private static readonly string[] Categories =
    [
        "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Pc", "Pd",
        "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Cn",
    ];

    private static readonly ConcurrentDictionary<string, CodePointSet> Known = new();

    /// <summary><c>\d</c>.</summary>
    public static CodePointSet Digits { get; } = CodePointSet.Of(('0', '9'));

    /// <summary><c>\w</c>.</summary>
    public static CodePointSet Words { get; } = CodePointSet.Of(('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z'));

    /// <summary><c>\s</c>.</summary>
    public static CodePointSet Spaces { get; } =
        CodePointSet.Of((9, 13), (32, 32), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A), (0x2028, 0x2029), (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000), (0xFEFF, 0xFEFF));

    /// <summary><c>.</c>: all but the ends of lines.</summary>
    public static CodePointSet Dot { get; } = CodePointSet.Of((10, 10), (13, 13), (0x2028, 0x2029)).Complement();

    /// <summary><c>\p{...}</c> of a general category such as <c>Lu</c>, or of all that begin with a letter such as <c>L</c>.</summary>
    /// <returns>The characters; null for a name that is no category.</returns>
    public static CodePointSet? OfCategory(string name) =>
        name.Length is 1 or 2 && Array.Exists(Categories, category => category.StartsWith(name, StringComparison.Ordinal))
            ? Known.GetOrAdd(name, Find) : null;

    private static CodePointSet Find(string name) => CodePointSet.Of(
        Enumerable.Range(0, CodePointSet.Last + 1)
            .Where(codePoint => Categories[(int)CharUnicodeInfo.GetUnicodeCategory(codePoint)].StartsWith(name, StringComparison.Ordinal))
            .Select(codePoint => (codePoint, codePoint)));
}
