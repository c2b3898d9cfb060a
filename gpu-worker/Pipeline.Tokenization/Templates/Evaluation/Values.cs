using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pipeline.Tokenization.Templates.Evaluation;

/// <summary>
/// The values of a template: null, bool, long, double, string, lists, <see cref="Mapping"/>s,
/// <see cref="TemplateFunction"/>, <see cref="Namespace"/> and <see cref="Undefined"/>; and what Python makes of them.
/// </summary>
internal static class Values
{
    public static object? FromJson(JsonNode? node)
    {
        switch (node)
        {
            case null:
                return null;
            case JsonArray array:
                return array.Select(FromJson).ToList();
            case JsonObject entries:
                var mapping = new Mapping();
                foreach ((string key, JsonNode? value) in entries)
                {
                    mapping[key] = FromJson(value);
                }
                return mapping;
            default:
                return FromScalar(JsonSerializer.SerializeToElement(node));
        }
    }

    public static bool IsTrue(object? value) => value switch
    {
        null or Undefined => false,
        bool flag => flag,
        long integer => integer != 0,
        double number => number != 0,
        string text => text.Length > 0,
        List<object?> list => list.Count > 0,
        Mapping mapping => mapping.Count > 0,
        _ => true,
    };

    /// <summary>What a loop runs over: a list, the keys of a mapping, the characters of a string.</summary>
    public static IReadOnlyList<object?> AsList(object? value) => value switch
    {
        List<object?> list => list,
        Mapping mapping => [.. mapping.Keys],
        string text => [.. CodePoints.Split(text)],
        Undefined => [],
        _ => throw new TemplateRenderException($"A value of type {TypeName(value)} cannot be iterated"),
    };

    public static long AsInteger(object? value) => value switch
    {
        long integer => integer,
        bool flag => flag ? 1 : 0,
        _ => throw new TemplateRenderException($"An integer is needed, not {TypeName(value)}"),
    };

    /// <summary>A number as a double where the other side is one, or false for whatever is no number.</summary>
    public static bool TryNumber(object? value, out double number)
    {
        number = value switch { long integer => integer, double real => real, bool flag => flag ? 1 : 0, _ => double.NaN };
        return value is long or double or bool;
    }

    /// <summary>Python's name for a value's type, for messages.</summary>
    public static string TypeName(object? value) => value switch
    {
        null => "None",
        bool => "bool",
        long => "int",
        double => "float",
        string => "str",
        List<object?> => "list",
        Mapping => "dict",
        Undefined undefined => $"undefined ('{undefined.Name}')",
        TemplateFunction => "function",
        _ => "namespace",
    };

    private static object? FromScalar(JsonElement scalar) => scalar.ValueKind switch
    {
        JsonValueKind.String => scalar.GetString(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number when scalar.TryGetInt64(out long integer) && !scalar.GetRawText().AsSpan().ContainsAny(".eE") => integer,
        JsonValueKind.Number => double.Parse(scalar.GetRawText(), CultureInfo.InvariantCulture),
        _ => null,
    };
}
