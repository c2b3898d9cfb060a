using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pipeline.Tokenization.Requests;

/// <summary>The functions that a request offers to the model.</summary>
/// <param name="Tools">What the model may call; at least one.</param>
/// <param name="Choice">Whether it may, must not, or has to.</param>
/// <param name="Parallel">Whether it may call several at once.</param>
public sealed record ToolUse(IReadOnlyList<ToolDefinition> Tools, ToolChoice Choice, bool Parallel)
{
    /// <summary>The definitions as a chat template expects them.</summary>
    internal JsonArray Definitions => [.. Tools.Select(tool => tool.Definition.DeepClone())];

    /// <summary>Reads <c>tools</c>, <c>tool_choice</c> and <c>parallel_tool_calls</c>.</summary>
    /// <param name="fields">The request.</param>
    /// <param name="read">Reads one tool.</param>
    /// <param name="nested">Whether a named function stands in an object of its own in <c>tool_choice</c>, as in chats.</param>
    /// <returns>Null where the request offers none.</returns>
    internal static ToolUse? Read(RequestFields fields, Func<RequestFields, ToolDefinition> read, bool nested)
    {
        bool chooses = fields.TryGet("tool_choice", out JsonElement choice);
        bool? parallel = fields.Flag("parallel_tool_calls");
        if (!fields.TryGet("tools", out JsonElement tools) || (!nested && tools.ValueKind == JsonValueKind.Array && tools.GetArrayLength() == 0))
        {
            return chooses && !(choice.ValueKind == JsonValueKind.String && choice.GetString() is "auto" or "none") ? throw OnlyWithTools("tool_choice")
                : nested && (chooses || parallel is not null) ? throw OnlyWithTools(chooses ? "tool_choice" : "parallel_tool_calls")
                : null;
        }
        if (tools.ValueKind != JsonValueKind.Array)
        {
            throw RequestErrorException.WrongType("tools", "an array of objects", tools);
        }
        ToolDefinition[] definitions = [.. tools.EnumerateArray().Select((tool, i) => read(new RequestFields(tool, $"tools[{i}]")))];
        if (definitions.Length == 0)
        {
            throw RequestErrorException.EmptyArray("tools");
        }
        if (definitions.GroupBy(tool => tool.Name).FirstOrDefault(same => same.Count() > 1) is { Key: var twice })
        {
            throw RequestErrorException.Invalid("tools", "invalid_value", $"Invalid 'tools': the function '{twice}' is defined twice.");
        }
        return new ToolUse(definitions, chooses ? ToolChoice.Read(choice, definitions, nested) : ToolChoice.Auto, parallel ?? true);
    }

    private static RequestErrorException OnlyWithTools(string param) =>
        RequestErrorException.Invalid(param, "invalid_value", $"Invalid value for '{param}': '{param}' is only allowed when 'tools' are specified.");
}
