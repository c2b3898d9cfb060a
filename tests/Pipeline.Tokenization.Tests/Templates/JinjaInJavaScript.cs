using System.Text.Json.Nodes;

namespace Pipeline.Tokenization.Tests.Templates;

/// <summary>What a template came to: a text, or why there is none.</summary>
/// <param name="Text">The text, or null.</param>
/// <param name="Error">Why there is none, or null.</param>
internal sealed record Rendering(string? Text, string? Error);

/// <summary>
/// Where @huggingface/jinja is not Jinja. How Python has each of these is in recorded.json. (Three more are kept out of the
/// conversations: it writes 2.0 and 1e20 as JavaScript does, takes all white space for the characters that <c>strip</c> is given, and
/// holds an empty text for equal to false.)
/// </summary>
internal static class JinjaInJavaScript
{
    /// <summary>Names the difference, or returns null: then it is ours.</summary>
    public static string? Explain(string template, JsonObject variables, Rendering ours, Rendering theirs) =>
        theirs.Error is { } error && ours.Text is not null && Missing.FirstOrDefault(missing => error.Contains(missing, StringComparison.Ordinal)) is { } what
            ? $"it has not: {what}"
        : ours.Error is { } fault && theirs.Text is not null && fault.Contains("'+' does not work on str and dict", StringComparison.Ordinal)
            ? "a text and a mapping can be added"
        : ours.Error is not null && theirs.Text is not null && template.Contains("selectattr(\"tool_calls\", \"undefined\")", StringComparison.Ordinal)
            ? "selectattr finds nothing undefined"
        : ours.Text is not { } text || theirs.Text is not { } other ? null
        : template.Contains(" == user_messages[-1]", StringComparison.Ordinal) && RepeatsLastOfUser(variables)
            ? "two mappings are equal only if they are one and the same"
        : Unwritten(text) == Unwritten(other)
            ? "None is written as nothing, a truth value and a list as in JSON"
        : null;

    /// <summary>What its errors say of things that Jinja has: filters of some types, iteration over text, calls of macros under other names, keys that are numbers.</summary>
    private static readonly string[] Missing =
    [
        "Value filter: ", "Cannot apply filter", "got StringValue", "got UndefinedValue", "got ObjectValue", "non-iterable type: TupleValue", "between ArrayValue and ArrayValue",
        "Object keys must be strings",
    ];

    private static string Unwritten(string text) => text.Replace("None", "", StringComparison.Ordinal)
        .Replace("True", "true", StringComparison.Ordinal).Replace("False", "false", StringComparison.Ordinal).Replace('\'', '"');

    private static bool RepeatsLastOfUser(JsonObject variables)
    {
        JsonNode[] users = [.. variables["messages"]!.AsArray().Where(message => (string)message!["role"]! == "user")!];
        return users.SkipLast(1).Any(message => JsonNode.DeepEquals(message, users[^1]));
    }
}
