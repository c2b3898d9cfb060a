using System.Text.Json;

namespace Pipeline.Tokenization.Requests;

/// <summary>
/// What OpenAI asks of a schema with <c>strict</c>: the root is an object, every object has all its properties required and no
/// others, and alternatives are written as <c>anyOf</c>.
/// </summary>
internal static class StrictSchema
{
    private static readonly HashSet<string> NotPermitted =
        ["allOf", "oneOf", "not", "if", "then", "else", "dependentRequired", "dependentSchemas", "patternProperties"];

    /// <summary>Keywords under which a schema stands, an array of them, or an object of them.</summary>
    private static readonly HashSet<string> Single = ["items", "additionalProperties"], Several = ["anyOf", "prefixItems"], Named = ["properties", "$defs", "definitions"];

    /// <exception cref="RequestErrorException">The schema breaks a rule; the message is OpenAI's.</exception>
    public static void Check(JsonElement schema, StructuredOutput output)
    {
        if (!IsOfType(schema, "object") && !schema.TryGetProperty("$ref", out _))
        {
            string found = schema.TryGetProperty("type", out JsonElement type) && type.ValueKind == JsonValueKind.String ? $"\"{type.GetString()}\"" : "None";
            throw output.Refuse(".type", $"schema must be a JSON Schema of 'type: \"object\"', got 'type: {found}'.");
        }
        Visit(schema, "", output);
    }

    private static void Visit(JsonElement schema, string path, StructuredOutput output)
    {
        if (schema.ValueKind != JsonValueKind.Object)
        {
            return;
        }
        foreach (JsonProperty keyword in schema.EnumerateObject())
        {
            if (NotPermitted.Contains(keyword.Name))
            {
                throw output.Refuse($"{path}.{keyword.Name}", $"'{keyword.Name}' is not permitted.");
            }
        }
        if (IsOfType(schema, "object") || schema.TryGetProperty("properties", out _))
        {
            CheckObject(schema, path, output);
        }
        foreach (JsonProperty keyword in schema.EnumerateObject())
        {
            VisitBelow(keyword, $"{path}.{keyword.Name}", output);
        }
    }

    private static void VisitBelow(JsonProperty keyword, string path, StructuredOutput output)
    {
        if (Single.Contains(keyword.Name))
        {
            Visit(keyword.Value, path, output);
        }
        else if (Several.Contains(keyword.Name) && keyword.Value.ValueKind == JsonValueKind.Array)
        {
            int i = 0;
            foreach (JsonElement item in keyword.Value.EnumerateArray())
            {
                Visit(item, $"{path}[{i++}]", output);
            }
        }
        else if (Named.Contains(keyword.Name) && keyword.Value.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty member in keyword.Value.EnumerateObject())
            {
                Visit(member.Value, $"{path}.{member.Name}", output);
            }
        }
    }

    private static void CheckObject(JsonElement schema, string path, StructuredOutput output)
    {
        if (!schema.TryGetProperty("additionalProperties", out JsonElement additional) || additional.ValueKind != JsonValueKind.False)
        {
            throw output.Refuse($"{path}.additionalProperties", "'additionalProperties' is required to be supplied and to be false.");
        }
        if (!schema.TryGetProperty("properties", out JsonElement properties) || properties.ValueKind != JsonValueKind.Object)
        {
            return;
        }
        HashSet<string?> required = schema.TryGetProperty("required", out JsonElement names) && names.ValueKind == JsonValueKind.Array
            ? [.. names.EnumerateArray().Where(name => name.ValueKind == JsonValueKind.String).Select(name => name.GetString())] : [];
        foreach (JsonProperty property in properties.EnumerateObject())
        {
            if (!required.Contains(property.Name))
            {
                throw output.Refuse($"{path}.required",
                    $"'required' is required to be supplied and to be an array including every key in properties. Missing '{property.Name}'.");
            }
        }
    }

    private static bool IsOfType(JsonElement schema, string name) => schema.TryGetProperty("type", out JsonElement type)
        && (type.ValueKind == JsonValueKind.String ? type.GetString() == name
            : type.ValueKind == JsonValueKind.Array && type.EnumerateArray().Any(item => item.ValueKind == JsonValueKind.String && item.GetString() == name));
}
