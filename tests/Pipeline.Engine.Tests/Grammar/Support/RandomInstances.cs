using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pipeline.Engine.Tests.Grammar.Support;

/// <summary>Made-up values, each with a schema that accepts it, and JSON texts of them in the forms that models write.</summary>
internal sealed class RandomInstances(int seed)
{
    private static readonly string[] Texts = ["", "a", "ACME Sdn. Bhd.", "Zoë", "漢字 😀", "say \"hi\"\\", "two\nlines\t"];

    private readonly Random _random = new(seed);

    /// <summary>A schema, and a value that it accepts.</summary>
    public (JsonObject Schema, JsonNode? Value) Next(int depth)
    {
        switch (_random.Next(depth > 0 ? 8 : 6))
        {
            case 0:
                return (new JsonObject { ["type"] = new JsonArray("boolean", "null") }, _random.Next(3) == 0 ? null : _random.Next(2) == 0);
            case 1:
                int whole = _random.Next(-5000, 5000);
                return (new JsonObject { ["type"] = "integer", ["minimum"] = whole - _random.Next(20), ["maximum"] = whole + _random.Next(20) }, whole);
            case 2:
                decimal number = _random.Next(-50000, 50000) / 128m;
                return (new JsonObject { ["type"] = "number", ["minimum"] = number - (_random.Next(20) / 32m), ["maximum"] = number + (_random.Next(20) / 32m) }, number);
            case 3:
                string text = Texts[_random.Next(Texts.Length)];
                int length = text.EnumerateRunes().Count();
                return (new JsonObject { ["type"] = "string", ["minLength"] = Math.Max(0, length - 1), ["maxLength"] = length + (_random.Next(2) * 300) }, text);
            case 4:
                return (new JsonObject { ["enum"] = new JsonArray("x", 1, "y z", false) }, _random.Next(2) == 0 ? "y z" : false);
            case 5:
                return (new JsonObject { ["type"] = "string", ["pattern"] = "^[A-Z]+-?[0-9]{2,4}$" }, $"AB-{_random.Next(10, 9999)}");
            case 6:
                (JsonObject items, JsonNode? item) = Next(depth - 1);
                return (new JsonObject { ["type"] = "array", ["items"] = items, ["maxItems"] = 4 }, new JsonArray([.. Enumerable.Range(0, _random.Next(4)).Select(_ => item?.DeepClone())]));
            default:
                return Object(depth);
        }
    }

    /// <summary>A value as a model may write it: compact, with spaces, or on lines of their own.</summary>
    public static string Write(JsonNode? value, Random random)
    {
        (string gap, string colon, string comma) = random.Next(3) switch { 0 => ("", ":", ","), 1 => ("", ": ", ", "), _ => ("\n    ", ": ", ",\n    ") };
        return value switch
        {
            JsonObject { Count: > 0 } all => $"{{{gap}{string.Join(comma, all.Select(member => Quote(member.Key) + colon + Write(member.Value, random)))}{gap}}}",
            JsonArray { Count: > 0 } all => $"[{gap}{string.Join(comma, all.Select(item => Write(item, random)))}{gap}]",
            JsonValue text when text.GetValueKind() == JsonValueKind.String => Quote(text.GetValue<string>()),
            _ => value?.ToJsonString() ?? "null",
        };
    }

    private static string Quote(string text) =>
        text.Aggregate(new StringBuilder("\""), (all, c) => all.Append(c switch { '"' => "\\\"", '\\' => "\\\\", '\n' => "\\n", '\t' => "\\t", _ => c.ToString() })).Append('"').ToString();

    private (JsonObject, JsonNode?) Object(int depth)
    {
        var properties = new JsonObject();
        var value = new JsonObject();
        var required = new JsonArray();
        foreach (string name in new[] { "id", "naïve \"name\"", "c", "d" })
        {
            (JsonObject schema, JsonNode? member) = Next(depth - 1);
            properties[name] = schema;
            if (_random.Next(3) > 0)
            {
                value[name] = member;
                if (_random.Next(2) == 0)
                {
                    required.Add(name);
                }
            }
        }

        bool open = _random.Next(2) == 0;
        if (open && _random.Next(2) == 0)
        {
            value["another"] = new JsonObject { ["deep"] = new JsonArray(1.5, "x\ny", null) };
        }

        return (new JsonObject { ["type"] = "object", ["properties"] = properties, ["required"] = required, ["additionalProperties"] = open }, value);
    }
}
