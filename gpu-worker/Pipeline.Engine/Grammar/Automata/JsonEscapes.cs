using Pipeline.Engine.Grammar.Patterns;

namespace Pipeline.Engine.Grammar.Automata;

/// <summary>The characters that JSON allows in a string only as escapes (RFC 8259, section 7), and the shortest escape of each.</summary>
internal static class JsonEscapes
{
    /// <summary>Quotation mark, backslash, and the control characters.</summary>
    public static CodePointSet Escaped { get; } = CodePointSet.Of((0, 0x1F), ('"', '"'), ('\\', '\\'));

    /// <summary>The escapes of those characters of a set that need one.</summary>
    public static IEnumerable<string> Of(CodePointSet set) =>
        set.Intersect(Escaped).Ranges.SelectMany(range => Enumerable.Range(range.Low, range.High - range.Low + 1)).Select(Of);

    /// <summary>A character as it stands in a string.</summary>
    public static string Of(int codePoint) => codePoint switch
    {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\b' => "\\b",
        '\f' => "\\f",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        < 0x20 => $"\\u{codePoint:x4}",
        _ => char.ConvertFromUtf32(codePoint),
    };
}
