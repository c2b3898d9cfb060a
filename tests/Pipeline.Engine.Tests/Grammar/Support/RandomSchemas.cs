using System.Text.Json.Nodes;
using Pipeline.Engine.Grammar;
using Pipeline.Engine.Grammar.Masks;

namespace Pipeline.Engine.Tests.Grammar.Support;

/// <summary>Made-up schemas of all supported keywords, and made-up values that they accept.</summary>
internal sealed class RandomSchemas(int seed)
{
    private static readonly string[] Names = ["a", "b", "name", "total amount", "Größe", "x\"y", "line\nend", "漢"];

    private static readonly string[] Patterns = ["^[A-Z]{2}[0-9]{1,3}$", "^a+b?$", "[0-9]-[0-9]", "^(yes|no)$", "^[^x]{0,4}$"];

    private static readonly string[] FormatNames = ["date", "time", "date-time", "uuid", "email", "ipv4", "ipv6", "hostname", "duration", "uri"];

    private readonly Random _random = new(seed);

    /// <summary>A made-up schema that something satisfies, and its language.</summary>
    public static (string Schema, CompiledGrammar Grammar) Satisfiable(int seed, int depth, TokenVocabulary vocabulary, bool compact = false)
    {
        for (int i = 0; ; i += 10_000)
        {
            string schema = new RandomSchemas(seed + i).Schema(depth).ToJsonString();
            try
            {
                return (schema, Languages.Schema(schema, vocabulary, compact));
            }
            catch (GrammarException e) when (e.Path.Length == 0 || e.Path.EndsWith(".enum", StringComparison.Ordinal) || e.Path.EndsWith(".oneOf", StringComparison.Ordinal))
            {
                // Of two schemas that both have to hold one may leave nothing of the other; of two alternatives both may hold.
            }
        }
    }

    /// <summary>A schema; its values nest at most so deep.</summary>
    public JsonObject Schema(int depth) => _random.Next(depth > 0 ? 11 : 6) switch
    {
        0 => new JsonObject { ["type"] = "boolean" },
        1 => Text(),
        2 => Number(),
        3 => new JsonObject { ["enum"] = new JsonArray("red", "gr\"een", 3, -1.5, null, true, new JsonArray(1, "b")) },
        4 => new JsonObject { ["const"] = Names[_random.Next(Names.Length)] },
        5 => new JsonObject { ["type"] = new JsonArray("string", "null"), ["maxLength"] = _random.Next(1, 30) },
        6 => List(depth),
        7 => new JsonObject { [_random.Next(2) == 0 ? "anyOf" : "oneOf"] = new JsonArray(Schema(depth - 1), Distinct(depth)) },
        8 => new JsonObject { ["allOf"] = new JsonArray(Object(depth, closed: false), Object(depth, closed: false)) },
        _ => Object(depth, closed: _random.Next(2) == 0),
    };

    /// <summary>An object of alternatives that no other schema here shares.</summary>
    private JsonObject Distinct(int depth) => new()
    {
        ["type"] = "object", ["properties"] = new JsonObject { ["only here"] = Schema(depth - 1) }, ["required"] = new JsonArray("only here"), ["additionalProperties"] = false,
    };

    private JsonObject Text()
    {
        var schema = new JsonObject { ["type"] = "string" };
        switch (_random.Next(4))
        {
            case 0:
                schema["minLength"] = _random.Next(4);
                schema["maxLength"] = _random.Next(4, 200);
                break;
            case 1:
                schema["pattern"] = Patterns[_random.Next(Patterns.Length)];
                break;
            case 2:
                schema["format"] = FormatNames[_random.Next(FormatNames.Length)];
                break;
            case 3:
                schema["pattern"] = "^[a-z ]*$";
                schema["minLength"] = 2;
                schema["maxLength"] = _random.Next(3, 40);
                break;
        }

        return schema;
    }

    private JsonObject Number()
    {
        var schema = new JsonObject { ["type"] = _random.Next(2) == 0 ? "integer" : "number" };
        decimal low = _random.Next(-2000, 2000) / (schema["type"]!.GetValue<string>() == "number" ? 16m : 1m), high = low + _random.Next(30);
        if (_random.Next(3) > 0)
        {
            schema[_random.Next(2) == 0 ? "minimum" : "exclusiveMinimum"] = low;
        }

        if (_random.Next(3) > 0)
        {
            schema["maximum"] = high + 2;
        }

        if (_random.Next(4) == 0)
        {
            schema["multipleOf"] = schema["type"]!.GetValue<string>() == "number" ? 0.01m : _random.Next(1, 3);
        }

        return schema;
    }

    private JsonObject List(int depth)
    {
        var schema = new JsonObject { ["type"] = "array", ["items"] = Schema(depth - 1) };
        int least = _random.Next(3);
        schema["minItems"] = least;
        schema["maxItems"] = least + _random.Next(1, 4);
        if (_random.Next(3) == 0)
        {
            schema["prefixItems"] = new JsonArray(Schema(depth - 1), Schema(depth - 1));
        }

        return schema;
    }

    private JsonObject Object(int depth, bool closed)
    {
        var properties = new JsonObject();
        foreach (string name in Names.Where(_ => _random.Next(3) == 0))
        {
            properties[name] = Schema(depth - 1);
        }

        var schema = new JsonObject
        {
            ["type"] = "object", ["properties"] = properties,
            ["required"] = new JsonArray([.. properties.Select(property => property.Key).Where(_ => _random.Next(2) == 0).Select(name => JsonValue.Create(name))]),
        };
        if (closed)
        {
            schema["additionalProperties"] = false;
        }
        else if (_random.Next(2) == 0)
        {
            schema["additionalProperties"] = new JsonObject { ["type"] = "boolean" };
        }

        if (_random.Next(4) == 0)
        {
            schema["patternProperties"] = new JsonObject { ["^n[a-z]*$"] = new JsonObject { ["type"] = new JsonArray("integer", "string") } };
        }

        return schema;
    }
}
