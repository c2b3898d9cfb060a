using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pipeline.Tokenization.Requests;

/// <summary>A function that the model may call.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Parameters">The JSON schema of its arguments; one of an object without properties where none was given.</param>
/// <param name="Definition">All of it as a chat template expects it: <c>{"type":"function","function":{...}}</c>.</param>
public sealed record ToolDefinition(string Name, JsonElement Parameters, JsonObject Definition)
{
    /// <summary>Whether the arguments have to be valid for the schema whenever the model calls it; where it stands, or null.</summary>
    internal string? StrictParam { get; init; }

    private const int LongestName = 64;

    private static readonly JsonElement NoParameters = JsonElement.Parse("""{"type":"object","properties":{}}""");

    /// <summary>Reads the function of a chat's tool, which has its parts in an object of their own.</summary>
    internal static ToolDefinition ReadNested(RequestFields tool)
    {
        RequireFunction(tool);
        ToolDefinition read = tool.TryGet("function", out JsonElement function)
            ? Read(new RequestFields(function, tool.PathOf("function"))) : throw RequestErrorException.Missing(tool.PathOf("function"));
        tool.RefuseOthers(new HashSet<string>());
        return read;
    }

    /// <summary>Reads the function of a response's tool, which has its parts beside its type.</summary>
    internal static ToolDefinition ReadFlat(RequestFields tool)
    {
        RequireFunction(tool);
        return Read(tool);
    }

    private static void RequireFunction(RequestFields tool)
    {
        string type = tool.Text("type") ?? throw RequestErrorException.Missing(tool.PathOf("type"));
        if (type != "function")
        {
            throw RequestErrorException.UnsupportedValue(tool.PathOf("type"),
                $"'{tool.PathOf("type")}' does not support '{type}' with this model. Only 'function' is supported.");
        }
    }

    private static ToolDefinition Read(RequestFields function)
    {
        string name = function.Text("name") ?? throw RequestErrorException.Missing(function.PathOf("name"));
        if (name.Length is 0 or > LongestName || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-'))
        {
            throw RequestErrorException.Invalid(function.PathOf("name"), "invalid_value",
                $"Invalid '{function.PathOf("name")}': expected 1 to {LongestName} letters, digits, underscores and dashes.");
        }
        string? description = function.Text("description");
        JsonElement parameters = !function.TryGet("parameters", out JsonElement given) ? NoParameters
            : given.ValueKind == JsonValueKind.Object ? given
            : throw RequestErrorException.WrongType(function.PathOf("parameters"), "an object", given);
        bool strict = function.Flag("strict") ?? false;
        function.RefuseOthers(new HashSet<string>());
        var parts = new JsonObject { ["name"] = name };
        if (description is not null)
        {
            parts["description"] = description;
        }
        parts["parameters"] = JsonObject.Create(parameters);
        return new ToolDefinition(name, parameters, new JsonObject { ["type"] = "function", ["function"] = parts })
        {
            StrictParam = strict ? function.PathOf("strict") : null,
        };
    }
}
