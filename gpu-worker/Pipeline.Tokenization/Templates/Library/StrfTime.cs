using System.Globalization;
using System.Text;

namespace Pipeline.Tokenization.Templates.Library;

/// <summary>Dates as C's <c>strftime</c> writes them in the C locale.</summary>
internal static class StrfTime
{
    public static string Format(DateTimeOffset time, string format)
    {
        var result = new StringBuilder();
        for (int i = 0; i < format.Length; i++)
        {
            if (format[i] != '%')
            {
                result.Append(format[i]);
                continue;
            }
            bool unpadded = i + 1 < format.Length && format[i + 1] == '-';
            i += unpadded ? 2 : 1;
            string part = Part(time, i < format.Length ? format[i] : ' ');
            result.Append(unpadded && part.Length > 1 ? part.TrimStart('0').PadLeft(1, '0') : part);
        }
        return result.ToString();
    }

    private static string Part(DateTimeOffset time, char letter) => letter switch
    {
        'Y' => Number(time, "yyyy"),
        'y' => Number(time, "yy"),
        'm' => Number(time, "MM"),
        'd' => Number(time, "dd"),
        'e' => time.Day.ToString().PadLeft(2),
        'H' => Number(time, "HH"),
        'I' => Number(time, "hh"),
        'M' => Number(time, "mm"),
        'S' => Number(time, "ss"),
        'f' => Number(time, "ffffff"),
        'p' => Number(time, "tt"),
        'B' => Number(time, "MMMM"),
        'b' or 'h' => Number(time, "MMM"),
        'A' => Number(time, "dddd"),
        'a' => Number(time, "ddd"),
        'j' => time.DayOfYear.ToString("000"),
        'w' => ((int)time.DayOfWeek).ToString(),
        'u' => (((int)time.DayOfWeek + 6) % 7 + 1).ToString(),
        'F' => Number(time, "yyyy-MM-dd"),
        'T' => Number(time, "HH:mm:ss"),
        'D' => Number(time, "MM/dd/yy"),
        'R' => Number(time, "HH:mm"),
        'c' => Number(time, "ddd MMM ") + time.Day.ToString().PadLeft(2) + Number(time, " HH:mm:ss yyyy"),
        'z' => Number(time, "zzz").Replace(":", ""),
        'Z' => "", // A moment does not know its zone's name, as with Python's naive dates.
        's' => time.ToUnixTimeSeconds().ToString(),
        'n' => "\n",
        't' => "\t",
        '%' => "%",
        _ => throw new TemplateRenderException($"strftime_now does not know '%{letter}'"),
    };

    private static string Number(DateTimeOffset time, string format) => time.ToString(format, CultureInfo.InvariantCulture);
}
