using System.Text;

namespace Pipeline.Tokenization.Decoding;

/// <summary>Takes a character off the beginning and the end of the whole text, up to so many times (Strip after Fuse).</summary>
/// <param name="content">The character.</param>
/// <param name="start">How many at most at the beginning.</param>
/// <param name="stop">How many at most at the end.</param>
/// <param name="next">Where the text goes.</param>
internal sealed class StrippedText(char content, int start, int stop, ITokenTexts next) : ITokenTexts
{
    private readonly StringBuilder _held = new();
    private int _leftAtStart = start;

    public void Add(string token)
    {
        int begin = 0;
        while (_leftAtStart > 0 && begin < token.Length)
        {
            bool taken = token[begin] == content;
            begin += taken ? 1 : 0;
            _leftAtStart = taken ? _leftAtStart - 1 : 0;
        }
        _held.Append(token, begin, token.Length - begin);
        int certain = _held.Length;
        while (certain > 0 && stop > 0 && _held[certain - 1] == content)
        {
            certain--;
        }
        HandOn(certain);
    }

    public void End()
    {
        HandOn(Math.Max(0, _held.Length - stop));
        _held.Clear();
        next.End();
    }

    private void HandOn(int count)
    {
        if (count > 0)
        {
            next.Add(_held.ToString(0, count));
            _held.Remove(0, count);
        }
    }
}
