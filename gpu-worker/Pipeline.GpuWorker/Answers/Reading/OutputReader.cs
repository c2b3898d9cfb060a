using Pipeline.Engine;
using Pipeline.Tokenization;
using Pipeline.Tokenization.Requests;

namespace Pipeline.GpuWorker.Answers.Reading;

/// <summary>Takes apart what a model wrote: thoughts, text for the reader, calls. Immutable and safe for any number of threads.</summary>
internal sealed class OutputReader
{
    private readonly ReasoningSplitter? _reasoning;
    private readonly ToolCallFormat? _calls;

    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="template">Its chat template, which says how it marks thoughts and calls; null where it has none.</param>
    /// <param name="callFormat">The name of the format of its calls, where the template does not tell; null for what it tells.</param>
    /// <exception cref="ArgumentException">There is no format of this name.</exception>
    public OutputReader(Tokenizer tokenizer, ChatTemplate? template, string? callFormat = null)
    {
        if (template is null)
        {
            return;
        }
        _calls = ToolCallFormats.Choose(template, tokenizer, callFormat);
        _reasoning = ReasoningMarks.Of(template) is { } marks ? new ReasoningSplitter(marks, tokenizer) : null;
        IEnumerable<string> thoughts = _reasoning is null ? [] : [_reasoning.Marks.Begin, _reasoning.Marks.End];
        MarkTokens = Special(tokenizer, [.. thoughts, .. _calls.Marks]);
        CallMarks = _calls is { HoldsJson: true, End: { } end } && Special(tokenizer, [_calls.Begin, end]).Count == 0 ? (_calls.Begin, end) : null;
    }

    /// <summary>The special tokens by which parts are told from each other: they have to show in the text of a chat.</summary>
    public IReadOnlySet<int> MarkTokens { get; } = new HashSet<int>();

    /// <summary>The marks around a call, where they are text and the call is JSON: only then can calls be held to a form while others are free.</summary>
    public (string Begin, string End)? CallMarks { get; }

    /// <summary>Takes a completion apart.</summary>
    /// <param name="result">The completion.</param>
    /// <param name="rules">What is to be looked for.</param>
    /// <param name="id">Names the completion; the ids of calls are made of it.</param>
    public OutputMessage Read(GenerationResult result, OutputRules rules, string id)
    {
        // What has to be a call leaves no room for thoughts.
        bool forced = rules.Tools is { Choice.Forces: true };
        (string? thoughts, string text) = forced || _reasoning is null ? (null, result.Text) : _reasoning.Split(result.Text, rules.Reasoning);
        int reasoningTokens = thoughts is null ? 0 : _reasoning!.CountTokens(result.Tokens);
        thoughts = thoughts is "" ? null : thoughts;
        (string rest, IReadOnlyList<CalledFunction> calls) = _calls is null || rules.Tools is null ? (text, [])
            : forced && JsonCalls.Read(text, rules.Tools) is { } asked ? ("", asked)
            : _calls.Read(text, rules.Tools);
        if (calls.Count == 0)
        {
            return new OutputMessage(thoughts is not null && text.Length == 0 ? null : text, thoughts, reasoningTokens, []);
        }
        int most = rules.Tools!.Parallel ? calls.Count : 1;
        return new OutputMessage(
            string.IsNullOrWhiteSpace(rest) ? null : rest.Trim(),
            thoughts,
            reasoningTokens,
            [.. calls.Take(most).Select((call, i) => new ToolCall(ToolCallIds.Make(id, i, _calls!.HasShortIds), call.Name, call.Arguments))]);
    }

    private static HashSet<int> Special(Tokenizer tokenizer, string[] marks) =>
        [.. marks.Select(tokenizer.TokenId).OfType<int>().Where(tokenizer.IsSpecial)];
}
