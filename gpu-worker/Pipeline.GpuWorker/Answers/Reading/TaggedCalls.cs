using System.Text.Json;
using Pipeline.Tokenization.Requests;

namespace Pipeline.GpuWorker.Answers.Reading;

/// <summary>
/// What stands between <c>&lt;tool_call&gt;</c> and <c>&lt;/tool_call&gt;</c>: JSON (Hermes, Qwen), or tags as Qwen3-Coder
/// (<c>&lt;function=f&gt;&lt;parameter=p&gt;v&lt;/parameter&gt;&lt;/function&gt;</c>) or GLM
/// (<c>f&lt;arg_key&gt;p&lt;/arg_key&gt;&lt;arg_value&gt;v&lt;/arg_value&gt;</c>) write them.
/// </summary>
internal static class TaggedCalls
{
    /// <inheritdoc cref="CallReader"/>
    public static IReadOnlyList<CalledFunction>? Read(string text, ToolUse tools) =>
        text.StartsWith('{') || text.StartsWith('[') ? JsonCalls.Read(text, tools)
        : text.StartsWith("<function=", StringComparison.Ordinal) ? ReadFunction(text, tools)
        : ReadKeys(text, tools);

    private static CalledFunction[]? ReadFunction(string text, ToolUse tools)
    {
        var cursor = new TagCursor(text);
        if (!cursor.TryTake("<function=", ">", out string name) || cursor.Before("</function>") is not { } body)
        {
            return null;
        }
        var parameters = new TagCursor(body);
        List<(string, string)> values = [];
        while (parameters.TryTake("<parameter=", ">", out string key))
        {
            if (parameters.Before("</parameter>") is not { } value)
            {
                return null;
            }
            // The value has lines of its own.
            values.Add((key, value.StartsWith('\n') && value.EndsWith('\n') && value.Length > 1 ? value[1..^1] : value));
        }
        return parameters.IsAtEnd ? [new CalledFunction(name.Trim(), Arguments(name.Trim(), values, tools))] : null;
    }

    private static CalledFunction[]? ReadKeys(string text, ToolUse tools)
    {
        int begin = text.IndexOf("<arg_key>", StringComparison.Ordinal);
        string name = (begin < 0 ? text : text[..begin]).Trim();
        if (!tools.Tools.Any(tool => tool.Name == name))
        {
            return null;
        }
        var cursor = new TagCursor(begin < 0 ? "" : text[begin..]);
        List<(string, string)> values = [];
        while (cursor.TryTake("<arg_key>", "</arg_key>", out string key))
        {
            if (!cursor.TryTake("<arg_value>", "</arg_value>", out string value))
            {
                return null;
            }
            values.Add((key.Trim(), value));
        }
        return cursor.IsAtEnd ? [new CalledFunction(name, Arguments(name, values, tools))] : null;
    }

    /// <summary>Tags do not tell a text from a number: the function's schema does.</summary>
    private static string Arguments(string name, IReadOnlyList<(string Key, string Value)> values, ToolUse tools)
    {
        JsonElement schema = tools.Tools.FirstOrDefault(tool => tool.Name == name)?.Parameters ?? default;
        return JsonText.Write(writer =>
        {
            writer.WriteStartObject();
            foreach ((string key, string value) in values)
            {
                writer.WritePropertyName(key);
                if (!IsText(schema, key) && Parse(value) is { } json)
                {
                    json.WriteTo(writer);
                }
                else
                {
                    writer.WriteStringValue(value);
                }
            }
            writer.WriteEndObject();
        });
    }

    private static bool IsText(JsonElement schema, string key) =>
        schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("properties", out JsonElement properties)
        && properties.ValueKind == JsonValueKind.Object && properties.TryGetProperty(key, out JsonElement property)
        && property.ValueKind == JsonValueKind.Object && property.TryGetProperty("type", out JsonElement type)
        && type.ValueKind == JsonValueKind.String && type.ValueEquals("string");

    private static JsonElement? Parse(string value)
    {
        try
        {
            return JsonText.Parse(value);
        }
        catch (JsonException)
        {
            return null; // A text, then.
        }
    }
}
