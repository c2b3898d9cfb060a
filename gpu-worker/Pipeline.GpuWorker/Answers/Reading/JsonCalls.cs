using System.Text;
using System.Text.Json;
using Pipeline.Tokenization.Requests;

namespace Pipeline.GpuWorker.Answers.Reading;

/// <summary>
/// Calls as JSON: an object with a name and arguments (or parameters), several in an array, or several one after the other, with
/// semicolons between if the model likes.
/// </summary>
internal static class JsonCalls
{
    private static readonly string[] NameFields = ["name", "tool_name", "function"];
    private static readonly string[] ArgumentFields = ["arguments", "parameters"];

    /// <inheritdoc cref="CallReader"/>
    public static IReadOnlyList<CalledFunction>? Read(string text, ToolUse tools)
    {
        List<CalledFunction> calls = [];
        ReadOnlySpan<byte> rest = Encoding.UTF8.GetBytes(text);
        while (true)
        {
            rest = rest.TrimStart(" \t\r\n;"u8);
            if (rest.IsEmpty)
            {
                return calls.Count > 0 ? calls : null;
            }
            if (!TryTake(ref rest, out JsonElement value) || !TryAdd(value, calls))
            {
                return null;
            }
        }
    }

    /// <summary>A text that is one JSON object, or null.</summary>
    public static JsonElement? Object(string text)
    {
        ReadOnlySpan<byte> rest = Encoding.UTF8.GetBytes(text.Trim());
        return TryTake(ref rest, out JsonElement value) && value.ValueKind == JsonValueKind.Object && rest.IsEmpty ? value : null;
    }

    private static bool TryTake(ref ReadOnlySpan<byte> text, out JsonElement value)
    {
        try
        {
            var reader = new Utf8JsonReader(text);
            value = JsonElement.ParseValue(ref reader);
            text = text[(int)reader.BytesConsumed..];
            return true;
        }
        catch (JsonException)
        {
            value = default;
            return false; // What a model writes need not be JSON.
        }
    }

    private static bool TryAdd(JsonElement value, List<CalledFunction> calls)
    {
        if (value.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement element in value.EnumerateArray())
            {
                if (!TryAdd(element, calls))
                {
                    return false;
                }
            }
            return true;
        }
        if (value.ValueKind != JsonValueKind.Object)
        {
            return false;
        }
        // As OpenAI's API has it: the function in an object of its own.
        if (value.TryGetProperty("function", out JsonElement function) && function.ValueKind == JsonValueKind.Object)
        {
            return TryAdd(function, calls);
        }
        if (Field(value, NameFields) is not { ValueKind: JsonValueKind.String } name || Arguments(value) is not { } arguments)
        {
            return false;
        }
        calls.Add(new CalledFunction(name.GetString()!, arguments));
        return true;
    }

    private static string? Arguments(JsonElement call) => Field(call, ArgumentFields) switch
    {
        null or { ValueKind: JsonValueKind.Null } => "{}",
        { ValueKind: JsonValueKind.Object } arguments => arguments.GetRawText(),
        { ValueKind: JsonValueKind.String } text when Object(text.GetString()!) is not null => text.GetString(),
        _ => null,
    };

    private static JsonElement? Field(JsonElement call, string[] names)
    {
        foreach (string name in names)
        {
            if (call.TryGetProperty(name, out JsonElement value))
            {
                return value;
            }
        }
        return null;
    }
}
