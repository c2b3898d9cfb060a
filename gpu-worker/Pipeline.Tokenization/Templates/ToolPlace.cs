using System.Text.Json.Nodes;

namespace Pipeline.Tokenization.Templates;

/// <summary>Where a template looks for the tools: most have a variable of their own; Phi-4-mini's wants them as JSON text in the system's message.</summary>
internal enum ToolPlace
{
    /// <summary>It writes none.</summary>
    Nowhere,

    /// <summary>The variable <c>tools</c>.</summary>
    Variable,

    /// <summary>The field <c>tools</c> of the system's message.</summary>
    SystemMessage,
}

/// <summary>Finds the place by trying, and puts tools there.</summary>
internal static class ToolPlaces
{
    private const string Function = "probe_function";

    /// <param name="render">Renders messages and the variable.</param>
    public static ToolPlace Find(Func<JsonArray, JsonArray?, string> render)
    {
        foreach (ToolPlace place in (ToolPlace[])[ToolPlace.Variable, ToolPlace.SystemMessage])
        {
            // A template may refuse a system's message, or be content only with one.
            foreach (bool withSystem in (bool[])[false, true])
            {
                JsonArray messages = [new JsonObject { ["role"] = "user", ["content"] = "a" }];
                if (withSystem)
                {
                    messages.Insert(0, new JsonObject { ["role"] = "system", ["content"] = "b" });
                }
                try
                {
                    JsonArray? tools = Put(place, messages, Tools());
                    if (render(messages, tools).Contains(Function, StringComparison.Ordinal))
                    {
                        return place;
                    }
                }
                catch (TemplateRenderException)
                {
                    // Not in this way.
                }
            }
        }
        return ToolPlace.Nowhere;
    }

    /// <summary>Puts tools where they belong.</summary>
    /// <returns>The variable <c>tools</c>.</returns>
    public static JsonArray? Put(ToolPlace place, JsonArray messages, JsonArray tools)
    {
        if (place != ToolPlace.SystemMessage)
        {
            return tools;
        }
        if (messages is not [JsonObject first, ..] || (string?)first["role"] != "system")
        {
            first = new JsonObject { ["role"] = "system", ["content"] = "" };
            messages.Insert(0, first);
        }
        first["tools"] = Requests.JsonText.Write(writer => new JsonArray([.. tools.Select(tool => tool!["function"]!.DeepClone())]).WriteTo(writer));
        return null;
    }

    private static JsonArray Tools() => JsonNode.Parse($$$"""
        [{"type":"function","function":{"name":"{{{Function}}}","description":"d","parameters":{"type":"object","properties":{},"required":[]} } }]
        """)!.AsArray();
}
