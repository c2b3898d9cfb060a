using System.Text;
using Pipeline.Engine.Grammar.Patterns;

namespace Pipeline.Engine.Grammar.Gbnf;

/// <summary>A grammar's words, read one after the other; white space and comments between them are skipped.</summary>
internal sealed class GbnfReader(string grammar)
{
    private readonly int[] _characters = [.. grammar.EnumerateRunes().Select(rune => rune.Value)];
    private int _position;

    /// <summary>Whether nothing is left.</summary>
    public bool AtEnd => _position == _characters.Length;

    /// <summary>The next character; -1 at the end.</summary>
    public int Peek() => AtEnd ? -1 : _characters[_position];

    /// <summary>Goes to the next word.</summary>
    public void SkipSpace()
    {
        while (Peek() is ' ' or '\t' or '\r' or '\n' or '#')
        {
            if (Peek() == '#')
            {
                while (Peek() is not (-1 or '\n'))
                {
                    _position++;
                }
            }
            else
            {
                _position++;
            }
        }
    }

    /// <summary>Takes a mark if it comes next.</summary>
    public bool TryTake(char mark)
    {
        if (Peek() != mark)
        {
            return false;
        }

        _position++;
        SkipSpace();
        return true;
    }

    /// <summary>Takes a rule's name; null where there is none.</summary>
    public string? TakeName()
    {
        var name = new StringBuilder();
        while (Peek() is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '-' or '_')
        {
            name.Append((char)_characters[_position++]);
        }

        SkipSpace();
        return name.Length > 0 ? name.ToString() : null;
    }

    /// <summary>Whether a rule begins here.</summary>
    public bool IsAtRuleStart()
    {
        int before = _position;
        bool found = TakeRuleStart() is not null;
        _position = before;
        return found;
    }

    /// <summary>Takes a rule's name and the mark after it; null where there is none.</summary>
    public string? TakeRuleStart()
    {
        int before = _position;
        string? name = TakeName();
        if (name is null || !_characters.AsSpan(_position).StartsWith([':', ':', '=']))
        {
            _position = before;
            return null;
        }

        _position += 3;
        SkipSpace();
        return name;
    }

    /// <summary>Takes how often what came before is repeated; null where nothing is said.</summary>
    public (int Least, int? Most)? TakeRepetition()
    {
        if (TryTake('*'))
        {
            return (0, null);
        }

        if (TryTake('+'))
        {
            return (1, null);
        }

        if (TryTake('?'))
        {
            return (0, 1);
        }

        if (!TryTake('{'))
        {
            return null;
        }

        int least = TakeNumber() ?? throw Error("a repetition wants a number");
        int? most = TryTake(',') ? TakeNumber() : least;
        return TryTake('}') ? (least, most) : throw Error("a '{' has no '}'");
    }

    /// <summary>Takes a literal.</summary>
    public string TakeLiteral()
    {
        var text = new StringBuilder();
        _position++;
        while (Peek() != '"')
        {
            text.Append(char.ConvertFromUtf32(TakeCharacter()));
        }

        _position++;
        SkipSpace();
        return text.ToString();
    }

    /// <summary>Takes a class.</summary>
    public CodePointSet TakeClass()
    {
        _position++;
        bool negated = Peek() == '^';
        _position += negated ? 1 : 0;
        List<(int, int)> ranges = [];
        while (Peek() != ']')
        {
            int low = TakeCharacter(), high = low;
            if (Peek() == '-' && _position + 1 < _characters.Length && _characters[_position + 1] != ']')
            {
                _position++;
                high = TakeCharacter();
            }

            ranges.Add(high >= low ? (low, high) : throw Error("a range is out of order"));
        }

        _position++;
        SkipSpace();
        CodePointSet set = CodePointSet.Of(ranges);
        return negated ? set.Complement() : set;
    }

    /// <summary>An error that says where.</summary>
    public GrammarException Error(string what) =>
        new("", $"The grammar is not GBNF: {what} (line {1 + _characters.Take(_position).Count(character => character == '\n')}).");

    private int? TakeNumber()
    {
        int start = _position;
        long value = 0;
        while (Peek() is >= '0' and <= '9')
        {
            value = Math.Min((value * 10) + _characters[_position++] - '0', int.MaxValue);
        }

        bool any = _position > start;
        SkipSpace();
        return any ? (int)value : null;
    }

    private int TakeCharacter()
    {
        if (AtEnd || Peek() == '\n')
        {
            throw Error("a literal or a class has no end");
        }

        int next = _characters[_position++];
        if (next != '\\')
        {
            return next;
        }

        int escaped = AtEnd ? -1 : _characters[_position++];
        return escaped switch
        {
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'x' => TakeHex(2),
            'u' => TakeHex(4),
            'U' => TakeHex(8),
            '\\' or '"' or '[' or ']' or '-' or '^' => escaped,
            _ => throw Error("a backslash stands before a character that has no such escape"),
        };
    }

    private int TakeHex(int count)
    {
        long value = 0;
        for (int i = 0; i < count; i++)
        {
            int digit = AtEnd ? -1 : _characters[_position++];
            value = (value * 16) + (digit is >= 0 and < 128 && char.IsAsciiHexDigit((char)digit) ? Convert.ToInt32(((char)digit).ToString(), 16) : throw Error("an escape wants hexadecimal figures"));
        }

        return value <= CodePointSet.Last && Rune.IsValid((int)value) ? (int)value : throw Error("an escape names no character");
    }
}
