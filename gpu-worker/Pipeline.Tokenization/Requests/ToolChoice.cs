using System.Text.Json;

namespace Pipeline.Tokenization.Requests;

/// <summary>Whether a model calls functions.</summary>
/// <param name="Mode"><c>none</c>, <c>auto</c>, <c>required</c>, or <c>function</c> for the one that is named.</param>
/// <param name="Function">The function that it has to call, or null.</param>
public sealed record ToolChoice(string Mode, string? Function)
{
    /// <summary>The model decides.</summary>
    public static readonly ToolChoice Auto = new("auto", null);

    /// <summary>Whether the model gets to know the functions at all.</summary>
    public bool Offers => Mode != "none";

    /// <summary>Whether what the model says has to be a call.</summary>
    public bool Forces => Mode is "required" or "function";

    internal static ToolChoice Read(JsonElement choice, IReadOnlyList<ToolDefinition> tools, bool nested)
    {
        ToolChoice read = choice.ValueKind switch
        {
            JsonValueKind.String => choice.GetString() is "none" or "auto" or "required"
                ? new ToolChoice(choice.GetString()!, null)
                : throw RequestErrorException.Invalid("tool_choice", "invalid_value",
                    $"Invalid value: '{choice.GetString()}'. Supported values are: 'none', 'auto', and 'required'."),
            JsonValueKind.Object => new ToolChoice("function", ReadName(new RequestFields(choice, "tool_choice"), nested)),
            _ => throw RequestErrorException.WrongType("tool_choice", "a string or an object", choice),
        };
        if (read.Function is { } name && !tools.Any(tool => tool.Name == name))
        {
            throw RequestErrorException.Invalid("tool_choice", "invalid_value", $"Invalid value for 'tool_choice': 'tools' has no function '{name}'.");
        }
        return read;
    }

    private static string ReadName(RequestFields choice, bool nested)
    {
        string type = choice.Text("type") ?? throw RequestErrorException.Missing("tool_choice.type");
        if (type != "function")
        {
            throw RequestErrorException.UnsupportedValue("tool_choice.type", $"'tool_choice.type' does not support '{type}' with this model. Only 'function' is supported.");
        }
        RequestFields named = !nested ? choice
            : choice.TryGet("function", out JsonElement function) ? new RequestFields(function, "tool_choice.function")
            : throw RequestErrorException.Missing("tool_choice.function");
        string name = named.Text("name") ?? throw RequestErrorException.Missing(named.PathOf("name"));
        named.RefuseOthers(new HashSet<string>());
        choice.RefuseOthers(new HashSet<string>());
        return name;
    }
}
