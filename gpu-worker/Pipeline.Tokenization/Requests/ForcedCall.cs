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

    /// <summary>
    /// The form of what may be a call: where a function is strict its arguments keep to its schema, of others they are any object. Before
    /// calls the model says what it likes or, where the answer has a form, nothing.
    /// </summary>
    /// <param name="tools">The functions.</param>
    /// <param name="answer">The form of an answer that is no call; null for any text.</param>
    /// <returns>Null where nothing has a form.</returns>
    public static StructuredOutput? OrAnswer(ToolUse? tools, StructuredOutput? answer)
    {
        string? strict = tools?.Tools.FirstOrDefault(tool => tool.StrictParam is not null)?.StrictParam;
        if (tools is not { Choice.Mode: "auto" } || (answer is null && strict is null))
        {
            return answer;
        }
        var schema = new JsonObject
        {
            ["anyOf"] = new JsonArray([.. tools.Tools.Select((tool, i) => Call(tool.StrictParam is null ? tool with { Parameters = AnyArguments } : tool, $"#/anyOf/{i}"))]),
        };
        return (answer ?? new StructuredOutput(StructuredOutputKind.Text, "", strict!)) with { Calls = new OfferedCalls(schema.ToJsonString(), tools.Parallel ? MostCalls : 1) };
    }

    private static readonly JsonElement AnyArguments = JsonElement.Parse("""{"type":"object"}""");

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
