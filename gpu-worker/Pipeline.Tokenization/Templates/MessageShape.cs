using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pipeline.Tokenization.Templates;

/// <summary>
/// The form in which a template takes what OpenAI's API leaves open. Most want a call's arguments as an object, which they write as
/// JSON; some join them as text. Most can do without content beside calls; some cannot. How it is can only be found by trying.
/// </summary>
/// <param name="ArgumentsAreText">Whether a call's arguments are JSON text rather than an object.</param>
/// <param name="EmptyContent">Whether content that is not there is empty text rather than null.</param>
internal sealed record MessageShape(bool ArgumentsAreText, bool EmptyContent)
{
    private const string Argument = "probe_argument";

    private static readonly MessageShape Usual = new(false, false);

    /// <summary>Tries a call on a template, and takes the first form that shows the arguments as JSON.</summary>
    /// <param name="render">Renders messages and tools.</param>
    public static MessageShape Find(Func<JsonArray, JsonArray, string> render)
    {
        MessageShape? rendered = null;
        foreach (MessageShape shape in (MessageShape[])[Usual, new(false, true), new(true, false), new(true, true)])
        {
            try
            {
                string text = render(shape.Adapt(Conversation()), Tools());
                if (text.Contains($"\"{Argument}\"", StringComparison.Ordinal))
                {
                    return shape;
                }
                // Arguments may be written otherwise than as JSON; from an object, then.
                rendered ??= text.Contains(Argument, StringComparison.Ordinal) ? shape : null;
            }
            catch (TemplateRenderException)
            {
                // Not in this form.
            }
        }
        return rendered ?? Usual;
    }

    /// <summary>Messages in OpenAI's form, made to fit.</summary>
    public JsonArray Adapt(JsonArray messages)
    {
        foreach (JsonObject message in messages.OfType<JsonObject>().Where(message => message.ContainsKey("tool_calls")))
        {
            if (EmptyContent && message["content"] is null)
            {
                message["content"] = "";
            }
            foreach (JsonObject function in message["tool_calls"]!.AsArray().Select(call => call!["function"]!.AsObject()))
            {
                if (!ArgumentsAreText && function["arguments"] is JsonValue text && Parse(text.GetValue<string>()) is { } arguments)
                {
                    function["arguments"] = arguments;
                }
            }
        }
        return messages;
    }

    /// <summary>What is no JSON object stays the text that it is.</summary>
    private static JsonObject? Parse(string arguments)
    {
        try
        {
            return JsonNode.Parse(arguments) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static JsonArray Conversation() => JsonNode.Parse($$$"""
        [{"role":"user","content":"a"},
         {"role":"assistant","content":null,"tool_calls":[{"id":"abcdef123","type":"function","function":{"name":"f","arguments":"{\"{{{Argument}}}\": \"b\"}"}}]},
         {"role":"tool","content":"c","tool_call_id":"abcdef123","name":"f"}]
        """)!.AsArray();

    private static JsonArray Tools() => JsonNode.Parse("""
        [{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object","properties":{},"required":[]}}}]
        """)!.AsArray();
}
