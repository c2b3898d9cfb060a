using Pipeline.Tokenization.Templates.Lexing;
using Pipeline.Tokenization.Templates.Syntax;

namespace Pipeline.Tokenization.Templates.Parsing;

/// <summary>Parses a template's statements.</summary>
internal sealed class TemplateParser
{
    private const int DeepestNesting = 100;

    private readonly TokenStream _tokens;
    private readonly ExpressionParser _expressions;
    private int _depth;
    private int _loops;

    private TemplateParser(string source)
    {
        _tokens = new TokenStream(TemplateLexer.Tokenize(source));
        _expressions = new ExpressionParser(_tokens);
    }

    /// <exception cref="TemplateSyntaxException">The template cannot be parsed.</exception>
    public static IReadOnlyList<Statement> Parse(string source)
    {
        var parser = new TemplateParser(source);
        List<Statement> statements = parser.ParseBody();
        return parser._tokens.Current.Kind == TokenKind.End
            ? statements
            : throw new TemplateSyntaxException($"Unexpected tag '{parser._tokens.Peek().Text}'", parser._tokens.Position);
    }

    /// <summary>Parses up to the end, or to one of the tags that end a body; that tag is not taken.</summary>
    private List<Statement> ParseBody(params string[] ends)
    {
        if (++_depth > DeepestNesting)
        {
            throw new TemplateSyntaxException("The template's blocks are nested too deeply", _tokens.Position);
        }
        Position begin = _tokens.Position;
        List<Statement> body = [];
        while (_tokens.Current.Kind != TokenKind.End)
        {
            Token token = _tokens.Current;
            if (token.Kind == TokenKind.Text)
            {
                body.Add(new TextOutput(_tokens.Take().Text, token.Position));
            }
            else if (token.Kind == TokenKind.VariableBegin)
            {
                _tokens.Take();
                body.Add(new ValueOutput(_expressions.ParseTuple(), token.Position));
                _tokens.Expect(TokenKind.VariableEnd, "'}}'");
            }
            else if (ends.Contains(_tokens.Peek().Text) || !Statements.Contains(_tokens.Peek().Text))
            {
                _depth--;
                return body;
            }
            else
            {
                body.Add(ParseTag());
            }
        }
        _depth--;
        return ends.Length == 0 ? body : throw new TemplateSyntaxException($"Missing '{ends[^1]}'", begin);
    }

    private static readonly string[] Statements =
        ["if", "for", "set", "macro", "call", "filter", "generation", "break", "continue"];

    private Statement ParseTag()
    {
        Position position = _tokens.Take().Position;
        string name = _tokens.Take().Text;
        return name switch
        {
            "if" => ParseIf(position),
            "for" => ParseFor(position),
            "set" => ParseSet(position),
            "macro" => ParseMacro(position),
            "call" => ParseCall(position),
            "filter" => ParseFilterBlock(position),
            "generation" => ParseGeneration(position),
            "break" => ParseJump(new Break(position)),
            _ => ParseJump(new Continue(position)),
        };
    }

    private If ParseIf(Position position)
    {
        List<(Expression, IReadOnlyList<Statement>)> branches = [];
        do
        {
            Expression condition = _expressions.ParseTuple();
            EndTag();
            branches.Add((condition, ParseBody("elif", "else", "endif")));
        }
        while (TryTag("elif"));
        IReadOnlyList<Statement> otherwise = TryEmptyTag("else") ? ParseBody("endif") : [];
        ExpectEmptyTag("endif");
        return new If(branches, otherwise, position);
    }

    private For ParseFor(Position position)
    {
        List<string> targets = ParseNames();
        if (!_tokens.TryTakeName("in"))
        {
            throw _tokens.Unexpected("'in'");
        }
        Expression items = _expressions.ParseWithoutCondition();
        Expression? filter = _tokens.TryTakeName("if") ? _expressions.Parse() : null;
        bool recursive = _tokens.TryTakeName("recursive");
        EndTag();
        _loops++;
        List<Statement> body = ParseBody("else", "endfor");
        _loops--;
        IReadOnlyList<Statement> otherwise = TryEmptyTag("else") ? ParseBody("endfor") : [];
        ExpectEmptyTag("endfor");
        return new For(targets, items, filter, recursive, body, otherwise, position);
    }

    private Statement ParseSet(Position position)
    {
        List<string> names = ParseNames();
        string? attribute = names.Count == 1 && _tokens.TryTakeOperator(".")
            ? _tokens.Expect(TokenKind.Name, "the name of an attribute").Text
            : null;
        if (_tokens.TryTakeOperator("="))
        {
            Expression value = _expressions.ParseTuple();
            EndTag();
            return new Set(names, attribute, value, position);
        }
        List<FilterStep> filters = ParseFilters();
        if (names.Count > 1 || _tokens.Current.Kind != TokenKind.BlockEnd)
        {
            throw _tokens.Unexpected("'='");
        }
        EndTag();
        List<Statement> body = ParseBody("endset");
        ExpectEmptyTag("endset");
        return new SetBlock(names[0], attribute, filters, body, position);
    }

    private Macro ParseMacro(Position position)
    {
        string name = _tokens.Expect(TokenKind.Name, "the name of a macro").Text;
        var parameters = ParseParameters();
        EndTag();
        return new Macro(name, parameters, ParseOutsideLoops("endmacro"), position);
    }

    private CallBlock ParseCall(Position position)
    {
        var parameters = _tokens.IsOperator("(") ? ParseParameters() : [];
        Position start = _tokens.Position;
        if (_expressions.Parse() is not Call call)
        {
            throw new TemplateSyntaxException("Expected a call", start);
        }
        EndTag();
        return new CallBlock(parameters, call, ParseOutsideLoops("endcall"), position);
    }

    private FilterBlock ParseFilterBlock(Position position)
    {
        List<FilterStep> filters = [_expressions.ParseFilter(_tokens.Position), .. ParseFilters()];
        EndTag();
        List<Statement> body = ParseBody("endfilter");
        ExpectEmptyTag("endfilter");
        return new FilterBlock(filters, body, position);
    }

    /// <summary>transformers marks what the assistant said this way; for rendering it means nothing.</summary>
    private Group ParseGeneration(Position position)
    {
        EndTag();
        List<Statement> body = ParseBody("endgeneration");
        ExpectEmptyTag("endgeneration");
        return new Group(body, position);
    }

    private Statement ParseJump(Statement jump)
    {
        EndTag();
        return _loops > 0 ? jump : throw new TemplateSyntaxException("A jump outside of any loop", jump.Position);
    }

    private List<Statement> ParseOutsideLoops(string end)
    {
        (int loops, _loops) = (_loops, 0);
        List<Statement> body = ParseBody(end);
        _loops = loops;
        ExpectEmptyTag(end);
        return body;
    }

    private List<FilterStep> ParseFilters()
    {
        List<FilterStep> filters = [];
        while (_tokens.IsOperator("|"))
        {
            filters.Add(_expressions.ParseFilter(_tokens.Take().Position));
        }
        return filters;
    }

    private List<string> ParseNames()
    {
        bool parentheses = _tokens.TryTakeOperator("(");
        List<string> names = [];
        do
        {
            names.Add(_tokens.Expect(TokenKind.Name, "a name").Text);
        }
        while (_tokens.TryTakeOperator(","));
        if (parentheses)
        {
            _tokens.ExpectOperator(")");
        }
        return names;
    }

    private List<(string Name, Expression? Default)> ParseParameters()
    {
        _tokens.ExpectOperator("(");
        List<(string, Expression?)> parameters = [];
        while (!_tokens.TryTakeOperator(")"))
        {
            if (parameters.Count > 0)
            {
                _tokens.ExpectOperator(",");
            }
            string name = _tokens.Expect(TokenKind.Name, "the name of a parameter").Text;
            parameters.Add((name, _tokens.TryTakeOperator("=") ? _expressions.Parse() : null));
        }
        return parameters;
    }

    private void EndTag() => _tokens.Expect(TokenKind.BlockEnd, "'%}'");

    private bool TryTag(string name)
    {
        if (_tokens.Current.Kind != TokenKind.BlockBegin || !_tokens.Peek().Is(TokenKind.Name, name))
        {
            return false;
        }
        _tokens.Take();
        _tokens.Take();
        return true;
    }

    private bool TryEmptyTag(string name)
    {
        bool found = TryTag(name);
        if (found)
        {
            EndTag();
        }
        return found;
    }

    private void ExpectEmptyTag(string name)
    {
        if (_tokens.Current.Kind == TokenKind.BlockBegin && !_tokens.Peek().Is(TokenKind.Name, name))
        {
            throw new TemplateSyntaxException($"Expected '{name}', found tag {_tokens.Peek()}", _tokens.Position);
        }
        if (!TryEmptyTag(name))
        {
            throw _tokens.Unexpected($"'{name}'");
        }
    }
}
