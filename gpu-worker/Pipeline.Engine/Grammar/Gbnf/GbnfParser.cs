using Pipeline.Engine.Grammar.Patterns;
using Pipeline.Engine.Grammar.Terms;

namespace Pipeline.Engine.Grammar.Gbnf;

/// <summary>
/// Reads GBNF, llama.cpp's notation for grammars: rules <c>name ::= ...</c>, of which <c>root</c> is the whole; literals in quotation
/// marks, classes in brackets, <c>.</c> for any character, groups, <c>|</c>, and <c>* + ? {m} {m,} {m,n}</c>; comments from <c>#</c> on.
/// Characters are code points. A rule ends where the next one begins.
/// </summary>
internal sealed class GbnfParser
{
    private const int MostDepth = 200;

    private readonly GbnfReader _reader;
    private readonly Dictionary<string, Rule> _rules = [];
    private readonly HashSet<string> _defined = [];
    private int _depth;

    private GbnfParser(string grammar) => _reader = new GbnfReader(grammar);

    /// <summary>The language of a grammar.</summary>
    /// <exception cref="GrammarException">It is damaged, or lacks a rule.</exception>
    public static Rule Parse(string grammar) => new GbnfParser(grammar).ReadAll();

    private Rule ReadAll()
    {
        _reader.SkipSpace();
        while (!_reader.AtEnd)
        {
            string name = _reader.TakeRuleStart() ?? throw _reader.Error("a rule is expected here, such as 'root ::= \"yes\" | \"no\"'");
            if (!_defined.Add(name))
            {
                throw _reader.Error($"the rule '{name}' is there twice");
            }

            RuleOf(name).Body = ReadAlternatives();
        }

        string? missing = _rules.Keys.Append("root").FirstOrDefault(name => !_defined.Contains(name));
        return missing is null ? _rules["root"] : throw _reader.Error($"the rule '{missing}' is missing");
    }

    private Rule RuleOf(string name)
    {
        if (!_rules.TryGetValue(name, out Rule? rule))
        {
            _rules.Add(name, rule = new Rule(name));
        }

        return rule;
    }

    private Term ReadAlternatives()
    {
        if (++_depth > MostDepth)
        {
            throw _reader.Error("its groups are nested too deep");
        }

        List<Term> options = [];
        do
        {
            options.Add(ReadSequence());
        }
        while (_reader.TryTake('|'));
        _depth--;
        return Term.OneOf([.. options]);
    }

    private Term ReadSequence()
    {
        List<Term> parts = [];
        while (!_reader.AtEnd && _reader.Peek() is not ('|' or ')') && !_reader.IsAtRuleStart())
        {
            parts.Add(ReadRepeated());
        }

        return Term.Then([.. parts]);
    }

    private Term ReadRepeated()
    {
        Term term = ReadItem();
        while (_reader.TakeRepetition() is var (least, most))
        {
            term = most < least ? throw _reader.Error("a repetition's numbers are out of order") : term.Times(least, most);
        }

        return term;
    }

    private Term ReadItem()
    {
        switch (_reader.Peek())
        {
            case '"':
                return Term.Text(_reader.TakeLiteral());
            case '[':
                return new CharactersTerm(_reader.TakeClass());
            case '.':
                _reader.TryTake('.');
                return new CharactersTerm(CodePointSet.All);
            case '(':
                _reader.TryTake('(');
                Term inner = ReadAlternatives();
                return _reader.TryTake(')') ? inner : throw _reader.Error("a '(' has no ')'");
            default:
                return RuleOf(_reader.TakeName() ?? throw _reader.Error($"'{char.ConvertFromUtf32(_reader.Peek())}' is not expected here")).Call;
        }
    }
}
