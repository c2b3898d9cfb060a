using System.Globalization;
using System.Text;

namespace Pipeline.Tokenization.Templates.Evaluation;

/// <summary>Values as Python's <c>str</c> and <c>repr</c> write them.</summary>
internal static class PythonText
{
    public static string Str(object? value) => value as string ?? Repr(value);

    public static string Float(double value)
    {
        if (double.IsNaN(value))
        {
            return "nan";
        }
        if (double.IsInfinity(value))
        {
            return value > 0 ? "inf" : "-inf";
        }
        // The shortest digits that read back as the same number, laid out as Python does: with an exponent below 1e-4
        // and from 1e16.
        string shortest = Math.Abs(value).ToString("R", CultureInfo.InvariantCulture);
        string sign = double.IsNegative(value) ? "-" : "";
        int e = shortest.IndexOf('E');
        int exponent = e < 0 ? 0 : int.Parse(shortest.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        string mantissa = e < 0 ? shortest : shortest[..e];
        int point = mantissa.IndexOf('.');
        int whole = (point < 0 ? mantissa.Length : point) + exponent;
        string padded = mantissa.Replace(".", "");
        string digits = padded.TrimStart('0');
        whole -= padded.Length - digits.Length;
        digits = digits.TrimEnd('0');
        return sign + (digits.Length == 0 ? "0.0" : Layout(digits, whole));
    }

    /// <param name="digits">The number's digits, without zeros at the ends.</param>
    /// <param name="whole">How many of them stand before the point; below zero for zeros after it.</param>
    private static string Layout(string digits, int whole)
    {
        if (whole is < -3 or > 16)
        {
            string fraction = digits.Length > 1 ? "." + digits[1..] : "";
            return $"{digits[0]}{fraction}e{(whole > 0 ? '+' : '-')}{Math.Abs(whole - 1):00}";
        }
        return whole <= 0 ? "0." + new string('0', -whole) + digits
            : digits.Length > whole ? digits[..whole] + "." + digits[whole..]
            : digits.PadRight(whole, '0') + ".0";
    }

    private static string Repr(object? value)
    {
        var text = new StringBuilder();
        Write(text, value);
        return text.ToString();
    }

    private static void Write(StringBuilder text, object? value)
    {
        Limits.CheckStack();
        Limits.CheckText(text.Length);
        switch (value)
        {
            case string quoted:
                Quote(text, quoted);
                break;
            case List<object?> list:
                WriteItems(text, '[', ']', list, item => Write(text, item));
                break;
            case Mapping mapping:
                WriteItems(text, '{', '}', mapping, entry =>
                {
                    Write(text, entry.Key);
                    text.Append(": ");
                    Write(text, entry.Value);
                });
                break;
            default:
                text.Append(value switch
                {
                    null => "None",
                    bool flag => flag ? "True" : "False",
                    long integer => integer.ToString(CultureInfo.InvariantCulture),
                    double number => Float(number),
                    Undefined => "",
                    TemplateFunction => "<function>",
                    _ => "<Namespace>",
                });
                break;
        }
    }

    private static void WriteItems<T>(StringBuilder text, char open, char close, IEnumerable<T> items, Action<T> write)
    {
        text.Append(open);
        bool first = true;
        foreach (T item in items)
        {
            text.Append(first ? "" : ", ");
            first = false;
            write(item);
        }
        text.Append(close);
    }

    private static void Quote(StringBuilder result, string text)
    {
        char quote = text.Contains('\'') && !text.Contains('"') ? '"' : '\'';
        result.Append(quote);
        foreach (Rune rune in text.EnumerateRunes())
        {
            int code = rune.Value;
            _ = code switch
            {
                '\\' => result.Append(@"\\"),
                '\n' => result.Append(@"\n"),
                '\r' => result.Append(@"\r"),
                '\t' => result.Append(@"\t"),
                _ when code == quote => result.Append('\\').Append(quote),
                _ when IsPrintable(rune) => result.Append(rune.ToString()),
                <= 0xFF => result.Append($"\\x{code:x2}"),
                <= 0xFFFF => result.Append($"\\u{code:x4}"),
                _ => result.Append($"\\U{code:x8}"),
            };
        }
        result.Append(quote);
    }

    /// <summary>Python's <c>str.isprintable</c>: everything but controls, formats, what is not assigned, and separators other than the blank.</summary>
    private static bool IsPrintable(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator);
}
