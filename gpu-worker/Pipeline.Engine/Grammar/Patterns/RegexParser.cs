using Pipeline.Engine.Grammar.Terms;

namespace Pipeline.Engine.Grammar.Patterns;

/// <summary>
/// Reads the regular expressions that describe regular languages: ECMA-262's syntax in Unicode mode, by code points, without
/// what looks around or back (<c>\b</c>, look-arounds, back-references) and without flags. <c>\d</c> and <c>\w</c> are ASCII.
/// <c>^</c> and <c>$</c> may stand at the ends of an alternative. Lazy quantifiers mean the same as greedy ones.
/// </summary>
internal sealed class RegexParser
{
    private const int MostDepth = 200;

    private static readonly Term Anything = new CharactersTerm(CodePointSet.All).Times(0, null);

    private readonly RegexReader _reader;
    private readonly bool _search;
    private int _depth;

    private RegexParser(string pattern, bool search)
    {
        _reader = new RegexReader(pattern);
        _search = search;
    }

    /// <summary>The texts that an expression matches as a whole.</summary>
    /// <exception cref="GrammarException">It is damaged, or not supported.</exception>
    public static Term Whole(string pattern) => new RegexParser(pattern, search: false).ReadAll();

    /// <summary>The texts in which an expression matches somewhere, as <c>pattern</c> means it in JSON Schema.</summary>
    /// <exception cref="GrammarException">It is damaged, or not supported.</exception>
    public static Term Search(string pattern) => new RegexParser(pattern, search: true).ReadAll();

    private Term ReadAll()
    {
        Term term = ReadAlternatives(top: true);
        return _reader.AtEnd ? term : throw _reader.Error("a ')' has no '('");
    }

    private Term ReadAlternatives(bool top)
    {
        if (++_depth > MostDepth)
        {
            throw _reader.Error("its groups are nested too deep");
        }

        List<Term> options = [];
        do
        {
            options.Add(ReadAlternative(top));
        }
        while (_reader.TryTake("|"));
        _depth--;
        return Term.OneOf([.. options]);
    }

    private Term ReadAlternative(bool top)
    {
        bool begins = top && _reader.TryTake("^"), ends = false;
        List<Term> parts = [];
        while (!_reader.AtEnd && _reader.Peek() is not ('|' or ')'))
        {
            if (top && _reader.Peek() == '$' && _reader.Peek(1) is -1 or '|')
            {
                ends = _reader.TryTake("$");
                break;
            }

            parts.Add(ReadQuantified());
        }

        if (top && _search)
        {
            parts = [.. begins ? (Term[])[] : [Anything], .. parts, .. ends ? (Term[])[] : [Anything]];
        }

        return Term.Then([.. parts]);
    }

    private Term ReadQuantified()
    {
        Term term = ReadAtom();
        int before = _reader.Position;
        if (ReadQuantifier() is not var (least, most))
        {
            return term;
        }

        if (most < least)
        {
            _reader.Return(before);
            throw _reader.Error("a repetition's numbers are out of order");
        }

        _ = _reader.TryTake("?");
        return _reader.Peek() is '*' or '+' or '?' || ReadQuantifier() is not null
            ? throw _reader.Error("a quantifier follows a quantifier") : term.Times(least, most);
    }

    private (int Least, int? Most)? ReadQuantifier()
    {
        switch (_reader.Peek())
        {
            case '*':
                _reader.Take();
                return (0, null);
            case '+':
                _reader.Take();
                return (1, null);
            case '?':
                _reader.Take();
                return (0, 1);
            case '{':
                return ReadCounts();
            default:
                return null;
        }
    }

    private (int Least, int? Most)? ReadCounts()
    {
        _reader.Take();
        int least = _reader.TakeNumber() ?? throw _reader.Error("a '{' that begins no repetition has to be escaped");
        int? most = least;
        if (_reader.TryTake(","))
        {
            most = _reader.TakeNumber();
        }

        return _reader.TryTake("}") ? (least, most) : throw _reader.Error("a '{' that begins no repetition has to be escaped");
    }

    private Term ReadAtom()
    {
        int next = _reader.Take();
        return next switch
        {
            '(' => ReadGroup(),
            '[' => new CharactersTerm(new RegexClassReader(_reader).ReadClass()),
            '.' => new CharactersTerm(CharacterClasses.Dot),
            '\\' => ReadEscape(),
            '*' or '+' or '?' or '{' => throw _reader.Error("a quantifier has nothing to repeat"),
            '^' or '$' => throw _reader.Error("'^' and '$' can stand only at the beginning and the end of the expression or of one of its alternatives"),
            _ => new CharactersTerm(CodePointSet.One(next)),
        };
    }

    private CharactersTerm ReadEscape() => _reader.Peek() switch
    {
        'b' or 'B' => throw _reader.Error("'\\b' looks around"),
        'k' or (>= '1' and <= '9') => throw _reader.Error("it refers back to a group"),
        _ => new CharactersTerm(new RegexClassReader(_reader).ReadEscape().Set),
    };

    private Term ReadGroup()
    {
        if (_reader.TryTake("?"))
        {
            if (_reader.TryTake("P<") || (_reader.Peek() == '<' && _reader.Peek(1) is not ('=' or '!') && _reader.TryTake("<")))
            {
                _reader.TakeUntil('>');
            }
            else if (!_reader.TryTake(":"))
            {
                throw _reader.Error("of groups that begin with '(?' only '(?:' and named ones are");
            }
        }

        Term term = ReadAlternatives(top: false);
        return _reader.TryTake(")") ? term : throw _reader.Error("a '(' has no ')'");
    }
}
