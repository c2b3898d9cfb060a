using System.Text;

namespace Pipeline.Documents.Text;

/// <summary>Puts the text of a structured document together: runs of white space are one space, blocks stand on lines of their own.</summary>
/// <param name="extraction">Bounds the length.</param>
internal sealed class FlowText(Extraction extraction)
{
    private readonly StringBuilder _text = new();
    private int _lineEnds;
    private bool _space;

    /// <summary>Adds text, its white space as a browser treats it.</summary>
    public void Add(ReadOnlySpan<char> text)
    {
        foreach (char c in text)
        {
            if (c is ' ' or '\t' or '\n' or '\r' or '\f')
            {
                _space = true;
            }
            else
            {
                Separate();
                _text.Append(c);
            }
        }

        extraction.CheckLength(_text.Length);
    }

    /// <summary>Adds text whose white space counts.</summary>
    public void AddAsIs(ReadOnlySpan<char> text)
    {
        if (text.Length > 0)
        {
            Separate();
            _text.Append(text);
            extraction.CheckLength(_text.Length);
        }
    }

    /// <summary>The next text begins a new line.</summary>
    public void Line() => End(1);

    /// <summary>The next text stands an empty line below.</summary>
    public void Paragraph() => End(2);

    /// <summary>The next text is a cell beside this one.</summary>
    public void Cell()
    {
        _space = false;
        if (_lineEnds == 0 && _text.Length > 0)
        {
            _text.Append('\t');
        }
    }

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();

    private void End(int lines)
    {
        _space = false;
        _lineEnds = Math.Max(_lineEnds, lines);
    }

    private void Separate()
    {
        if (_text.Length > 0)
        {
            if (_lineEnds > 0)
            {
                _text.Append('\n', _lineEnds);
            }
            else if (_space && _text[^1] is not '\t')
            {
                _text.Append(' ');
            }
        }

        (_lineEnds, _space) = (0, false);
    }
}
