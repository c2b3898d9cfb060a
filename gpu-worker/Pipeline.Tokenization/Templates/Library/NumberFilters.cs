using System.Globalization;
using Pipeline.Tokenization.Templates.Evaluation;

namespace Pipeline.Tokenization.Templates.Library;

/// <summary>Filters that make numbers.</summary>
internal static class NumberFilters
{
    public static readonly Dictionary<string, Filter> All = new()
    {
        ["int"] = (value, a, _) => ToInteger(value, a.Get(0, "default", 0L)),
        ["float"] = (value, a, _) => ToFloat(value, a.Get(0, "default", 0.0)),
        ["abs"] = (value, _, _) => value is double number ? (object)Math.Abs(number) : Math.Abs(Values.AsInteger(value)),
        ["round"] = (value, a, _) => Round(value, a),
        ["sum"] = Sum,
    };

    private static object? ToInteger(object? value, object? otherwise) => value switch
    {
        long or bool => Values.AsInteger(value),
        double number when Math.Abs(number) < 9e15 => (long)Math.Truncate(number),
        string text when long.TryParse(text.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long parsed) => parsed,
        string text when TryFloat(text, out double number) && Math.Abs(number) < 9e15 => (long)Math.Truncate(number),
        _ => otherwise,
    };

    private static object? ToFloat(object? value, object? otherwise) =>
        Values.TryNumber(value, out double number) ? number
        : value is string text && TryFloat(text, out double parsed) ? parsed
        : otherwise;

    private static bool TryFloat(string text, out double number) =>
        double.TryParse(text.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out number);

    private static double Round(object? value, Arguments arguments)
    {
        if (!Values.TryNumber(value, out double number))
        {
            throw new TemplateRenderException($"'round' does not work on {Values.TypeName(value)}");
        }
        int precision = (int)Math.Clamp(arguments.Integer(0, "precision", 0), 0, 15);
        double scale = Math.Pow(10, precision);
        return arguments.Text(1, "method", "common") switch
        {
            "common" => Math.Round(number, precision, MidpointRounding.ToEven),
            "ceil" => Math.Ceiling(number * scale) / scale,
            "floor" => Math.Floor(number * scale) / scale,
            string method => throw new TemplateRenderException($"'round' does not know the method '{method}'"),
        };
    }

    private static object? Sum(object? value, Arguments arguments, Interpreter interpreter)
    {
        object? total = arguments.Get(1, "start", 0L);
        foreach (object? item in Values.AsList(value))
        {
            object? number = arguments.Has(0, "attribute") ? Members.Path(item, arguments.Get(0, "attribute")) : item;
            total = Operators.Apply("+", total, number);
        }
        return total;
    }
}
