using Pipeline.Tokenization.Requests;

namespace Pipeline.GpuWorker.Answers.Reading;

/// <summary>
/// What stands behind <c>[TOOL_CALLS]</c>: an array of calls, or, since Mistral's eleventh tokenizer, a function's name and its
/// arguments, with <c>[CALL_ID]</c> and <c>[ARGS]</c> between.
/// </summary>
internal static class MistralCalls
{
    public const string Arguments = "[ARGS]";
    public const string CallId = "[CALL_ID]";

    /// <inheritdoc cref="CallReader"/>
    public static IReadOnlyList<CalledFunction>? Read(string text, ToolUse tools)
    {
        if (text.StartsWith('[') || text.StartsWith('{'))
        {
            return JsonCalls.Read(text, tools);
        }
        int brace = text.IndexOf('{', StringComparison.Ordinal);
        if (brace < 0 || JsonCalls.Object(text[brace..]) is null)
        {
            return null;
        }
        string name = text[..brace].Replace(Arguments, "", StringComparison.Ordinal);
        int id = name.IndexOf(CallId, StringComparison.Ordinal);
        name = (id < 0 ? name : name[..id]).Trim();
        return name.Length > 0 ? [new CalledFunction(name, text[brace..])] : null;
    }
}
