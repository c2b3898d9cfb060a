using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pipeline.Tokenization.Requests;

/// <summary>
/// The form of an output that has to be a call, whichever marks the model's family has for calls: a JSON object with the function's
/// name and arguments, in an array where the model chooses the functions.
/// </summary>
internal static class ForcedCall
{
    /// <returns>Null where the model decides whether it calls.</returns>
    public static StructuredOutput? Form(ToolUse? tools)
    {
        if (tools is not { Choice.Forces: true })
        {
            return null;
        }
        JsonObject schema = tools.Choice.Function is { } name
            ? Call(tools.Tools.First(tool => tool.Name == name), "#")
            : new JsonObject
            {
                ["type"] = "array",
                ["minItems"] = 1,
                ["maxItems"] = tools.Parallel ? MostCalls : 1,
                ["items"] = new JsonObject { ["anyOf"] = new JsonArray([.. tools.Tools.Select((tool, i) => Call(tool, $"#/items/anyOf/{i}"))]) },
            };
        return new StructuredOutput(StructuredOutputKind.JsonSchema, schema.ToJsonString(), "tools") { Name = "tool_choice" };
    }

    /// <summary>Enough for what anybody asks at once, and an end for a model that finds none.</summary>
    private const int MostCalls = 16;

    private static JsonObject Call(ToolDefinition tool, string place) => new()
    {
        ["type"] = "object",
        ["properties"] = new JsonObject
        {
            ["name"] = new JsonObject { ["const"] = tool.Name },
            ["arguments"] = Moved(JsonNode.Parse(tool.Parameters.GetRawText()), $"{place}/properties/arguments"),
        },
        ["required"] = new JsonArray("name", "arguments"),
        ["additionalProperties"] = false,
    };

    /// <summary>A schema's references to its own parts, from where it stands now.</summary>
    private static JsonNode? Moved(JsonNode? schema, string place)
    {
        switch (schema)
        {
            case JsonObject parts:
                foreach ((string key, JsonNode? value) in parts.ToList())
                {
                    if (key == "$ref" && value is JsonValue text && text.GetValueKind() == JsonValueKind.String
                        && text.GetValue<string>() is ['#', .. var rest])
                    {
                        parts[key] = place + rest;
                    }
                    else
                    {
                        Moved(value, place);
                    }
                }
                break;
            case JsonArray items:
                foreach (JsonNode? item in items)
                {
                    Moved(item, place);
                }
                break;
        }
        return schema;
    }
}
