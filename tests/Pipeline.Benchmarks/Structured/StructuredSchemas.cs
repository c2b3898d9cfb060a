using System.Text.Json.Nodes;
using Pipeline.Tokenization.Requests;

namespace Pipeline.Benchmarks.Structured;

/// <summary>What outputs are asked to be like: from four fields to some hundred, and one that contains itself.</summary>
internal static class StructuredSchemas
{
    /// <summary>The fields of a receipt, as the model that ships was taught them.</summary>
    public const string Receipt =
        """
        {"type":"object","properties":{"company":{"type":["string","null"]},"date":{"type":["string","null"]},"address":{"type":["string","null"]},"total":{"type":["string","null"]}},
        "required":["company","date","address","total"],"additionalProperties":false}
        """;

    private const string Tree =
        """
        {"$defs":{"node":{"type":"object","properties":{"name":{"type":"string"},"weight":{"type":"number","minimum":0,"maximum":1},
        "children":{"type":"array","items":{"$ref":"#/$defs/node"}}},"required":["name","weight","children"],"additionalProperties":false}},"$ref":"#/$defs/node"}
        """;

    private const string Sum = "root ::= term ([-+*/] term)*\nterm ::= [0-9]+ | \"(\" root \")\"";

    /// <summary>All of them by name.</summary>
    public static IReadOnlyList<(string Name, StructuredOutput Output)> All { get; } =
    [
        ("simple: a receipt's 4 fields", Schema(Receipt)),
        ("medium: 24 fields of all kinds", Schema(Medium(24).ToJsonString())),
        ("large: 20 objects of 24 fields", Schema(Large(20).ToJsonString())),
        ("recursive: a tree", Schema(Tree)),
        ("any JSON object", new StructuredOutput(StructuredOutputKind.JsonObject, "", "response_format")),
        ("regular expression", new StructuredOutput(StructuredOutputKind.Regex, @"[A-Z]{2}[0-9]{2}(?: [0-9]{4}){4,7}", "guided_regex")),
        ("grammar", new StructuredOutput(StructuredOutputKind.Grammar, Sum, "guided_grammar")),
    ];

    /// <summary>A schema as a request has it.</summary>
    public static StructuredOutput Schema(string schema) => new(StructuredOutputKind.JsonSchema, schema, "response_format.json_schema.schema");

    private static JsonObject Medium(int fields)
    {
        var properties = new JsonObject();
        for (int i = 0; i < fields; i++)
        {
            properties[$"field_{i}"] = Field(i);
        }

        return new JsonObject
        {
            ["type"] = "object", ["properties"] = properties, ["additionalProperties"] = false,
            ["required"] = new JsonArray([.. properties.Select(property => JsonValue.Create(property.Key))]),
        };
    }

    private static JsonObject Field(int kind) => (kind % 8) switch
    {
        0 => new JsonObject { ["type"] = "string" },
        1 => new JsonObject { ["type"] = "integer", ["minimum"] = 0, ["maximum"] = 9999 },
        2 => new JsonObject { ["type"] = "string", ["format"] = "date" },
        3 => new JsonObject { ["enum"] = new JsonArray("pending", "paid", "overdue", "cancelled") },
        4 => new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["type"] = "string", ["maxLength"] = 80 }, ["maxItems"] = 20 },
        5 => new JsonObject { ["anyOf"] = new JsonArray(new JsonObject { ["type"] = "number" }, new JsonObject { ["type"] = "null" }) },
        6 => new JsonObject { ["type"] = "string", ["pattern"] = "^[A-Z]{3}-[0-9]{4,8}$" },
        _ => new JsonObject { ["type"] = "boolean" },
    };

    private static JsonObject Large(int objects)
    {
        JsonObject all = Medium(0);
        for (int i = 0; i < objects; i++)
        {
            all["properties"]![$"part_{i}"] = Medium(24);
            all["required"]!.AsArray().Add((JsonNode)$"part_{i}");
        }

        return all;
    }
}
