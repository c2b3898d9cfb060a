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
    public static string? Explain(string template, Rendering ours, Rendering theirs) =>
        theirs.Error is { } error && ours.Text is not null && error.StartsWith("Cannot apply filter", StringComparison.Ordinal)
            && (error.EndsWith("NullValue", StringComparison.Ordinal) || error.EndsWith("UndefinedValue", StringComparison.Ordinal))
            ? "filters of text take neither None nor what is undefined"
        : ours.Error is { } fault && theirs.Text is not null && fault.Contains("'+' does not work on str and dict", StringComparison.Ordinal)
            ? "a text and a mapping can be added"
        : ours.Error is not null && theirs.Text is not null && template.Contains("selectattr(\"tool_calls\", \"undefined\")", StringComparison.Ordinal)
            ? "selectattr finds nothing undefined"
        : null;
}
