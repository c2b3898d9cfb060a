using Pipeline.Tokenization.Requests;

namespace Pipeline.GpuWorker.Answers.Reading;

/// <summary>Calls that have marks of their own within a section of calls, as DeepSeek and Kimi write them.</summary>
/// <param name="Begin">Before each call.</param>
/// <param name="Separator">Between the function and its arguments.</param>
/// <param name="End">After each call.</param>
internal sealed record SectionCalls(string Begin, string Separator, string End)
{
    private const string Fence = "```";

    /// <inheritdoc cref="CallReader"/>
    public IReadOnlyList<CalledFunction>? Read(string text, ToolUse tools)
    {
        var cursor = new TagCursor(text);
        List<CalledFunction> calls = [];
        while (cursor.TryTake(Begin, End, out string call))
        {
            int separator = call.IndexOf(Separator, StringComparison.Ordinal);
            if (separator < 0 || ReadCall(call[..separator].Trim(), call[(separator + Separator.Length)..].Trim()) is not { } read)
            {
                return null;
            }
            calls.Add(read);
        }
        return cursor.IsAtEnd && calls.Count > 0 ? calls : null;
    }

    private static CalledFunction? ReadCall(string head, string body)
    {
        // DeepSeek V3 and R1 have the kind of the tool first, then the name on a line and the arguments in a fence.
        int fence = body.IndexOf(Fence, StringComparison.Ordinal);
        if (fence >= 0 && body.EndsWith(Fence, StringComparison.Ordinal) && body.Length > fence + Fence.Length)
        {
            head = body[..fence].Trim();
            string fenced = body[(fence + Fence.Length)..^Fence.Length];
            body = fenced.StartsWith("json", StringComparison.Ordinal) ? fenced["json".Length..].Trim() : fenced.Trim();
        }
        string name = Name(head);
        return name.Length > 0 && JsonCalls.Object(body) is not null ? new CalledFunction(name, body) : null;
    }

    /// <summary>Kimi has the function's id in place of its name: <c>functions.f:0</c>.</summary>
    private static string Name(string head)
    {
        const string Prefix = "functions.";
        if (!head.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return head;
        }
        int number = head.LastIndexOf(':');
        return number < 0 ? head[Prefix.Length..] : head[Prefix.Length..number];
    }
}
