using Pipeline.Tokenization;
using Pipeline.Tokenization.Requests;

namespace Pipeline.GpuWorker.Answers.Reading;

/// <summary>Tells what a model thought from what it said.</summary>
/// <param name="marks">What it puts around its thoughts.</param>
/// <param name="tokenizer">The model's tokenizer.</param>
internal sealed class ReasoningSplitter(ReasoningMarks marks, Tokenizer tokenizer)
{
    /// <summary>What it puts around its thoughts.</summary>
    public ReasoningMarks Marks => marks;

    /// <summary>Splits a text. Thoughts that never end are all of it.</summary>
    /// <param name="text">What the model wrote.</param>
    /// <param name="start">How the prompt left its thoughts.</param>
    /// <returns>The thoughts, or null where it had none, and the rest; without the empty lines between.</returns>
    public (string? Reasoning, string Text) Split(string text, ReasoningStart start)
    {
        if (start == ReasoningStart.Ended)
        {
            return (null, text);
        }
        string trimmed = text.TrimStart();
        bool begins = trimmed.StartsWith(marks.Begin, StringComparison.Ordinal);
        int end = text.IndexOf(marks.End, StringComparison.Ordinal);
        // Some write the end alone, though their template has not begun.
        if (!begins && end < 0 && start != ReasoningStart.Begun)
        {
            return (null, text);
        }
        string thoughts = end < 0 ? text : text[..end];
        thoughts = begins ? thoughts.TrimStart()[Math.Min(marks.Begin.Length, thoughts.TrimStart().Length)..] : thoughts;
        return (thoughts.Trim(), end < 0 ? "" : text[(end + marks.End.Length)..].TrimStart('\r', '\n'));
    }

    /// <summary>How many of the tokens are thoughts, the marks included.</summary>
    /// <param name="tokens">All that the model wrote, of which some are thoughts.</param>
    public int CountTokens(IReadOnlyList<int> tokens)
    {
        for (int i = 0; tokenizer.TokenId(marks.End) is { } end && i < tokens.Count; i++)
        {
            if (tokens[i] == end)
            {
                return i + 1;
            }
        }
        int low = 1, high = tokens.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            bool ended = tokenizer.Decode([.. tokens.Take(middle)], skipSpecial: false).Contains(marks.End, StringComparison.Ordinal);
            (low, high) = ended ? (low, middle) : (middle + 1, high);
        }
        return high;
    }
}
