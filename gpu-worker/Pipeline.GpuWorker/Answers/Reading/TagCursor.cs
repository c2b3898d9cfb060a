namespace Pipeline.GpuWorker.Answers.Reading;

/// <summary>Goes through a text from tag to tag.</summary>
internal sealed class TagCursor(string text)
{
    private int _position;

    /// <summary>Whether nothing but white space is left.</summary>
    public bool IsAtEnd => string.IsNullOrWhiteSpace(text[_position..]);

    /// <summary>Takes what stands between two marks, of which the first comes next but for white space.</summary>
    public bool TryTake(string begin, string end, out string between)
    {
        between = "";
        int start = _position;
        while (start < text.Length && char.IsWhiteSpace(text[start]))
        {
            start++;
        }
        if (string.CompareOrdinal(text, start, begin, 0, begin.Length) != 0)
        {
            return false;
        }
        start += begin.Length;
        int stop = text.IndexOf(end, start, StringComparison.Ordinal);
        if (stop < 0)
        {
            return false;
        }
        between = text[start..stop];
        _position = stop + end.Length;
        return true;
    }

    /// <summary>Takes what stands before a mark, and the mark; null where that does not come.</summary>
    public string? Before(string mark)
    {
        int stop = text.IndexOf(mark, _position, StringComparison.Ordinal);
        if (stop < 0)
        {
            return null;
        }
        string before = text[_position..stop];
        _position = stop + mark.Length;
        return before;
    }
}
