namespace Pipeline.Tokenization.Templates.Lexing;

/// <summary>A template's source with line feeds only, and without its last one, as Jinja reads it.</summary>
internal sealed class SourceText
{
    private readonly List<int> _lineStarts = [0];

    public SourceText(string source)
    {
        string text = source.Replace("\r\n", "\n").Replace('\r', '\n');
        Text = text.EndsWith('\n') ? text[..^1] : text;
        for (int i = 0; i < Text.Length; i++)
        {
            if (Text[i] == '\n')
            {
                _lineStarts.Add(i + 1);
            }
        }
    }

    public string Text { get; }

    public Position PositionOf(int offset)
    {
        int line = _lineStarts.BinarySearch(offset);
        line = line < 0 ? ~line - 1 : line;
        return new Position(line + 1, offset - _lineStarts[line] + 1);
    }

    public bool At(int offset, string text) => string.CompareOrdinal(Text, offset, text, 0, text.Length) == 0;
}
