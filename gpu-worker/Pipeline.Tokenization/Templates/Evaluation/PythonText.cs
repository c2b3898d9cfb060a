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

    private static string Repr(object? value) => value switch
    {
        null => "None",
        bool flag => flag ? "True" : "False",
        long integer => integer.ToString(CultureInfo.InvariantCulture),
        double number => Float(number),
        string text => Quote(text),
        Undefined => "",
        List<object?> list => $"[{string.Join(", ", list.Select(Repr))}]",
        OrderedDictionary<string, object?> mapping =>
            $"{{{string.Join(", ", mapping.Select(entry => $"{Quote(entry.Key)}: {Repr(entry.Value)}"))}}}",
        TemplateFunction => "<function>",
        _ => "<Namespace>",
    };

    private static string Quote(string text)
    {
        char quote = text.Contains('\'') && !text.Contains('"') ? '"' : '\'';
        var result = new StringBuilder().Append(quote);
        foreach (char c in text)
        {
            result.Append(c switch
            {
                '\\' => @"\\",
                '\n' => @"\n",
                '\r' => @"\r",
                '\t' => @"\t",
                _ when c == quote => "\\" + c,
                _ when char.IsControl(c) => $"\\x{(int)c:x2}",
                _ => c.ToString(),
            });
        }
        return result.Append(quote).ToString();
    }
}
