namespace Pipeline.Engine.Grammar.Patterns;

/// <summary>Reads what stands for one character: escapes, and classes in brackets.</summary>
internal sealed class RegexClassReader(RegexReader reader)
{
    /// <summary>Reads a class whose bracket has been taken.</summary>
    /// <exception cref="GrammarException">It is damaged, or not supported.</exception>
    public CodePointSet ReadClass()
    {
        bool negated = reader.TryTake("^");
        CodePointSet set = CodePointSet.None;
        while (!reader.TryTake("]"))
        {
            if (reader.Peek() == '&' && reader.Peek(1) == '&')
            {
                throw reader.Error("classes cannot be intersected");
            }

            (CodePointSet part, int? low) = ReadMember();
            if (low is { } first && reader.Peek() == '-' && reader.Peek(1) is not (']' or -1))
            {
                reader.Take();
                part = ReadMember().Single is { } last && last >= first
                    ? CodePointSet.Of((first, last)) : throw reader.Error("a range is out of order");
            }

            set = set.Union(part);
        }

        return negated ? set.Complement() : set;
    }

    /// <summary>Reads an escape whose backslash has been taken.</summary>
    /// <returns>What it stands for; and the character, where that is one.</returns>
    public (CodePointSet Set, int? Single) ReadEscape()
    {
        int next = reader.Take();
        return next switch
        {
            'd' => (CharacterClasses.Digits, null),
            'D' => (CharacterClasses.Digits.Complement(), null),
            'w' => (CharacterClasses.Words, null),
            'W' => (CharacterClasses.Words.Complement(), null),
            's' => (CharacterClasses.Spaces, null),
            'S' => (CharacterClasses.Spaces.Complement(), null),
            'p' => (ReadCategory(), null),
            'P' => (ReadCategory().Complement(), null),
            't' => One('\t'),
            'n' => One('\n'),
            'r' => One('\r'),
            'f' => One('\f'),
            'v' => One('\v'),
            '0' when reader.Peek() is not (>= '0' and <= '9') => One(0),
            'x' => One(reader.TakeHex(2)),
            'u' => One(ReadCodePoint()),
            < 128 when !char.IsAsciiLetterOrDigit((char)next) => One(next),
            _ => throw reader.Error($"it has the escape '\\{char.ConvertFromUtf32(next)}'"),
        };
    }

    private static (CodePointSet, int?) One(int codePoint) => (CodePointSet.One(codePoint), codePoint);

    private (CodePointSet Set, int? Single) ReadMember()
    {
        int next = reader.Take();
        return next != '\\' ? One(next) : reader.TryTake("b") ? One('\b') : ReadEscape();
    }

    private CodePointSet ReadCategory()
    {
        if (!reader.TryTake("{"))
        {
            throw reader.Error("'\\p' wants a category in braces");
        }

        string name = reader.TakeUntil('}');
        return CharacterClasses.OfCategory(name)
            ?? throw reader.Error($"'{name}' is no general category of Unicode; scripts and other properties are not known");
    }

    private int ReadCodePoint()
    {
        if (reader.TryTake("{"))
        {
            string figures = reader.TakeUntil('}');
            return int.TryParse(figures, System.Globalization.NumberStyles.AllowHexSpecifier, null, out int given) && given is >= 0 and <= CodePointSet.Last
                ? given : throw reader.Error("an escape names no character");
        }

        int value = reader.TakeHex(4);
        if (value is >= 0xD800 and <= 0xDBFF && reader.TryTake("\\u"))
        {
            int low = reader.TakeHex(4);
            return low is >= 0xDC00 and <= 0xDFFF
                ? char.ConvertToUtf32((char)value, (char)low) : throw reader.Error("half a surrogate pair is no character");
        }

        return value is < 0xD800 or > 0xDFFF ? value : throw reader.Error("half a surrogate pair is no character");
    }
}
