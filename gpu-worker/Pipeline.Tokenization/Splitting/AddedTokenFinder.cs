using System.Buffers;
using System.Text;
using Pipeline.Tokenization.Files;
using Pipeline.Tokenization.Normalization;

namespace Pipeline.Tokenization.Splitting;

/// <summary>A stretch of text, or in its place the token that it is.</summary>
/// <param name="Text">The text; empty where <paramref name="Token"/> is set.</param>
/// <param name="Token">The token's id, or -1 for text.</param>
internal readonly record struct Segment(string Text, int Token);

/// <summary>Finds added tokens in text: the leftmost first, the longest of those that begin at one place.</summary>
internal sealed class AddedTokenFinder
{
    private readonly SearchValues<string>? _contents;
    private readonly Dictionary<char, AddedToken[]> _byFirstChar;

    public AddedTokenFinder(IEnumerable<AddedToken> tokens)
    {
        AddedToken[] all = [.. tokens.Where(token => token.Content.Length > 0)];
        _contents = all.Length == 0 ? null
            : SearchValues.Create([.. all.Select(token => token.Content)], StringComparison.Ordinal);
        _byFirstChar = all.GroupBy(token => token.Content[0])
            .ToDictionary(group => group.Key, group => group.OrderByDescending(token => token.Content.Length).ToArray());
    }

    /// <param name="text">The text to cut.</param>
    /// <param name="findSpecial">Whether special tokens count; otherwise they are text like any other.</param>
    /// <param name="output">Where the segments go, in order. None is empty.</param>
    public void Split(string text, bool findSpecial, List<Segment> output)
    {
        int done = 0;
        int position = 0;
        while (_contents is not null && position < text.Length)
        {
            int found = text.AsSpan(position).IndexOfAny(_contents);
            if (found < 0)
            {
                break;
            }
            int start = position + found;
            AddedToken token = LongestAt(text, start);
            int end = start + token.Content.Length;
            position = end;
            if ((token.Special && !findSpecial) || (token.SingleWord && TouchesWord(text, start, end)))
            {
                continue;
            }
            while (token.StripLeft && start > done && char.IsWhiteSpace(text[start - 1]))
            {
                start--;
            }
            while (token.StripRight && end < text.Length && char.IsWhiteSpace(text[end]))
            {
                end++;
            }
            if (start > done)
            {
                output.Add(new Segment(text[done..start], -1));
            }
            output.Add(new Segment("", token.Id));
            done = position = end;
        }
        if (done < text.Length)
        {
            output.Add(new Segment(done == 0 ? text : text[done..], -1));
        }
    }

    private AddedToken LongestAt(string text, int start)
    {
        foreach (AddedToken token in _byFirstChar[text[start]])
        {
            if (text.AsSpan(start).StartsWith(token.Content, StringComparison.Ordinal))
            {
                return token;
            }
        }
        throw new InvalidOperationException("A token was found where none begins.");
    }

    private static bool TouchesWord(string text, int start, int end) =>
        (Rune.DecodeLastFromUtf16(text.AsSpan(0, start), out Rune before, out _) == OperationStatus.Done && Characters.IsWord(before))
        || (Rune.DecodeFromUtf16(text.AsSpan(end), out Rune after, out _) == OperationStatus.Done && Characters.IsWord(after));
}
