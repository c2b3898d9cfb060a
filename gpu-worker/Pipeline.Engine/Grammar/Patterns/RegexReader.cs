using System.Text;

namespace Pipeline.Engine.Grammar.Patterns;

/// <summary>A regular expression's characters, read one after the other, and what it takes to say what is wrong with them.</summary>
internal sealed class RegexReader(string pattern)
{
    private readonly int[] _characters = [.. pattern.EnumerateRunes().Select(rune => rune.Value)];

    /// <summary>How many have been read.</summary>
    public int Position { get; private set; }

    /// <summary>Whether all have been read.</summary>
    public bool AtEnd => Position == _characters.Length;

    /// <summary>The next one; -1 at the end.</summary>
    public int Peek(int ahead = 0) => Position + ahead < _characters.Length ? _characters[Position + ahead] : -1;

    /// <summary>Takes the next one.</summary>
    public int Take() => AtEnd ? throw Error("it ends too early") : _characters[Position++];

    /// <summary>Takes the next ones if they are these.</summary>
    public bool TryTake(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (Peek(i) != text[i])
            {
                return false;
            }
        }

        Position += text.Length;
        return true;
    }

    /// <summary>Takes what stands before a character, and that character.</summary>
    public string TakeUntil(char end)
    {
        var text = new StringBuilder();
        for (int next = Take(); next != end; next = Take())
        {
            text.Append(char.ConvertFromUtf32(next));
        }

        return text.ToString();
    }

    /// <summary>Takes hexadecimal figures.</summary>
    public int TakeHex(int count)
    {
        int value = 0;
        for (int i = 0; i < count; i++)
        {
            int digit = Take();
            value = (value * 16) + (digit < 128 && char.IsAsciiHexDigit((char)digit) ? Convert.ToInt32(((char)digit).ToString(), 16) : throw Error("an escape wants hexadecimal figures"));
        }

        return value;
    }

    /// <summary>Takes a whole number; null where there is none.</summary>
    public int? TakeNumber()
    {
        int start = Position;
        long value = 0;
        while (Peek() is >= '0' and <= '9')
        {
            value = Math.Min((value * 10) + Take() - '0', int.MaxValue);
        }

        return Position == start ? null : value < int.MaxValue ? (int)value : throw Error("a repetition is too large");
    }

    /// <summary>Goes back to where it was.</summary>
    public void Return(int position) => Position = position;

    /// <summary>An error that says where.</summary>
    public GrammarException Error(string what) => new("", $"The regular expression '{pattern}' is not supported: {what} (at character {Position}).");
}
