using System.Text.Json.Nodes;

namespace Pipeline.Tokenization.Requests;

/// <summary>How much a model is to think (<c>reasoning_effort</c>, <c>reasoning.effort</c>), in the words of its chat template.</summary>
internal static class ReasoningEffort
{
    private static readonly string[] Efforts = ["none", "minimal", "low", "medium", "high", "xhigh"];

    /// <summary>Switches that templates have: Qwen3 and those after it; DeepSeek V3.1.</summary>
    private static readonly string[] Switches = ["enable_thinking", "thinking"];

    /// <summary>Adds the variable that tells the template; refuses what it cannot be told.</summary>
    /// <param name="effort">What was asked for, or null for nothing.</param>
    /// <param name="param">The parameter.</param>
    /// <param name="template">The model's template.</param>
    /// <param name="variables">Where the variable goes; what stands there already wins.</param>
    public static void Apply(string? effort, string param, ChatTemplate template, JsonObject variables)
    {
        if (effort is null)
        {
            return;
        }
        if (!Efforts.Contains(effort))
        {
            throw RequestErrorException.Invalid(param, "invalid_value",
                $"Invalid value: '{effort}'. Supported values are: {string.Join(", ", Efforts.Select(known => $"'{known}'"))}.");
        }
        if (template.Knows("reasoning_effort"))
        {
            variables.TryAdd("reasoning_effort", effort);
            return;
        }
        string name = Switches.FirstOrDefault(template.Knows) ?? throw RequestErrorException.Unsupported(param);
        if (effort is not ("none" or "medium"))
        {
            throw RequestErrorException.UnsupportedValue(param,
                $"'{param}' does not support '{effort}' with this model, which thinks or does not. Only 'none' and 'medium' are supported.");
        }
        variables.TryAdd(name, effort != "none");
    }
}
