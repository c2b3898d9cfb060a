using System.Text;
using Pipeline.Tokenization.Requests;

namespace Pipeline.GpuWorker.Answers.Reading;

/// <summary>How a family of models writes calls.</summary>
/// <param name="Name">Its name in the settings.</param>
/// <param name="Begin">The mark before calls.</param>
/// <param name="End">The mark after them; null where they go on to the next beginning. At the end of the text it may be absent.</param>
/// <param name="Reader">Reads what stands between.</param>
internal sealed record ToolCallFormat(string Name, string Begin, string? End, CallReader Reader)
{
    /// <summary>Whether a text that is nothing but a call of a function on offer needs no mark.</summary>
    public bool MayBeBare { get; init; }

    /// <summary>Whether ids have nine letters and digits: Mistral's templates take no others.</summary>
    public bool HasShortIds { get; init; }

    /// <summary>Whether what stands between the marks is one call as a JSON object with <c>name</c> and <c>arguments</c>.</summary>
    public bool HoldsJson { get; init; }

    /// <summary>Further marks that occur between beginning and end.</summary>
    public IReadOnlyList<string> InnerMarks { get; init; } = [];

    /// <summary>All marks: where they are special tokens, they must not be left out of the text.</summary>
    public IEnumerable<string> Marks => [Begin, .. End is null ? [] : (string[])[End], .. InnerMarks];

    /// <summary>Tells calls from what else was said. What cannot be read as a call stays text, marks included.</summary>
    public (string Text, IReadOnlyList<CalledFunction> Calls) Read(string text, ToolUse tools)
    {
        var rest = new StringBuilder();
        List<CalledFunction> calls = [];
        int position = 0;
        for (int begin; (begin = text.IndexOf(Begin, position, StringComparison.Ordinal)) >= 0;)
        {
            rest.Append(text, position, begin - position);
            int from = begin + Begin.Length;
            int end = text.IndexOf(End ?? Begin, from, StringComparison.Ordinal);
            position = end < 0 ? text.Length : End is null ? end : end + End.Length;
            if (Reader(text[from..(end < 0 ? text.Length : end)].Trim(), tools) is { } read)
            {
                calls.AddRange(read);
            }
            else
            {
                rest.Append(text, begin, position - begin);
            }
        }
        rest.Append(text, position, text.Length - position);
        return calls.Count > 0 ? (rest.ToString(), calls)
            : MayBeBare && ReadBare(text, tools) is { } bare ? ("", bare)
            : (text, []);
    }

    private static IReadOnlyList<CalledFunction>? ReadBare(string text, ToolUse tools)
    {
        string json = text.Trim();
        const string Fence = "```";
        if (json.StartsWith(Fence, StringComparison.Ordinal) && json.EndsWith(Fence, StringComparison.Ordinal) && json.Length > 2 * Fence.Length)
        {
            json = json[Fence.Length..^Fence.Length];
            json = json.StartsWith("json", StringComparison.Ordinal) ? json["json".Length..] : json;
        }
        json = json.Trim();
        return (json.StartsWith('{') || json.StartsWith('[')) && JsonCalls.Read(json, tools) is { } calls
            && calls.All(call => tools.Tools.Any(tool => tool.Name == call.Name)) ? calls : null;
    }
}
