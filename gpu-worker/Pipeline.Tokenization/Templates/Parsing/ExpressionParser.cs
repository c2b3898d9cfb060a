using System.Globalization;
using Pipeline.Tokenization.Templates.Lexing;
using Pipeline.Tokenization.Templates.Syntax;

namespace Pipeline.Tokenization.Templates.Parsing;

/// <summary>Parses expressions by Jinja's own precedence, loosest first: if-else, or, and, not, comparison, +, ~, *, **, unary.</summary>
internal sealed class ExpressionParser(TokenStream tokens)
{
    /// <summary>Deeper nesting than any template needs would overflow the stack, which no process survives.</summary>
    private const int DeepestNesting = 100;

    private static readonly string[] Comparisons = ["==", "!=", "<", "<=", ">", ">="];

    private int _depth;

    public Expression Parse()
    {
        CheckDepth(++_depth);
        Expression value = ParseOr();
        while (tokens.Current is { Kind: TokenKind.Name, Text: "if" } token)
        {
            tokens.Take();
            Expression condition = ParseOr();
            Expression? otherwise = tokens.TryTakeName("else") ? Parse() : null;
            value = new Conditional(condition, value, otherwise, token.Position);
        }
        _depth--;
        return value;
    }

    private void CheckDepth(int depth)
    {
        if (depth > DeepestNesting)
        {
            throw new TemplateSyntaxException("The expression is nested too deeply", tokens.Position);
        }
    }

    /// <summary>An expression, or several with commas between, which make a list.</summary>
    public Expression ParseTuple()
    {
        Expression first = Parse();
        if (!tokens.IsOperator(","))
        {
            return first;
        }
        List<Expression> items = [first];
        while (tokens.TryTakeOperator(",") && tokens.Current.Kind != TokenKind.BlockEnd && !tokens.IsOperator(")"))
        {
            items.Add(Parse());
        }
        return new ListLiteral(items, first.Position);
    }

    /// <summary>What a loop runs over: an if after it is the loop's filter, not a condition.</summary>
    public Expression ParseWithoutCondition() => ParseOr();

    private Expression ParseOr() => ParseLogic("or", ParseAnd);

    private Expression ParseAnd() => ParseLogic("and", ParseNot);

    private Expression ParseLogic(string name, Func<Expression> operand)
    {
        Expression left = operand();
        while (tokens.IsName(name))
        {
            Position position = tokens.Take().Position;
            left = new Binary(name, left, operand(), position);
        }
        return left;
    }

    private Expression ParseNot()
    {
        List<Position> nots = [];
        while (tokens.IsName("not"))
        {
            nots.Add(tokens.Take().Position);
            CheckDepth(_depth + nots.Count);
        }
        Expression value = ParseComparison();
        foreach (Position position in nots)
        {
            value = new Unary("not", value, position);
        }
        return value;
    }

    private Expression ParseComparison()
    {
        Position position = tokens.Position;
        Expression first = ParseSum();
        List<(string, Expression)> rest = [];
        while (true)
        {
            if (tokens.Current.Kind == TokenKind.Operator && Comparisons.Contains(tokens.Current.Text))
            {
                rest.Add((tokens.Take().Text, ParseSum()));
            }
            else if (tokens.TryTakeName("in"))
            {
                rest.Add(("in", ParseSum()));
            }
            else if (tokens.IsName("not") && tokens.Peek().Is(TokenKind.Name, "in"))
            {
                tokens.Take();
                tokens.Take();
                rest.Add(("not in", ParseSum()));
            }
            else
            {
                return rest.Count == 0 ? first : new Comparison(first, rest, position);
            }
        }
    }

    private Expression ParseSum() => ParseOperators(ParseConcatenation, "+", "-");

    private Expression ParseConcatenation() => ParseOperators(ParseProduct, "~");

    private Expression ParseProduct() => ParseOperators(ParsePower, "*", "/", "//", "%");

    private Expression ParsePower() => ParseOperators(() => ParseUnary(withFilters: true), "**");

    private Expression ParseOperators(Func<Expression> operand, params ReadOnlySpan<string> operators)
    {
        Expression left = operand();
        while (tokens.Current.Kind == TokenKind.Operator && operators.Contains(tokens.Current.Text))
        {
            Token op = tokens.Take();
            left = new Binary(op.Text, left, operand(), op.Position);
        }
        return left;
    }

    private Expression ParseUnary(bool withFilters)
    {
        Token token = tokens.Current;
        Expression value;
        if (tokens.IsOperator("-") || tokens.IsOperator("+"))
        {
            tokens.Take();
            CheckDepth(++_depth);
            value = new Unary(token.Text, ParseUnary(withFilters: false), token.Position);
            _depth--;
        }
        else
        {
            value = ParsePostfix(ParsePrimary());
        }
        return withFilters ? ParseFiltersAndTests(value) : value;
    }

    private Expression ParsePrimary()
    {
        Token token = tokens.Take();
        switch (token.Kind)
        {
            case TokenKind.Name:
                return token.Text switch
                {
                    "true" or "True" => new Literal(true, token.Position),
                    "false" or "False" => new Literal(false, token.Position),
                    "none" or "None" => new Literal(null, token.Position),
                    _ => new Variable(token.Text, token.Position),
                };
            case TokenKind.String:
                string text = token.Text;
                while (tokens.Current.Kind == TokenKind.String)
                {
                    text += tokens.Take().Text;
                }
                return new Literal(text, token.Position);
            case TokenKind.Integer:
                return long.TryParse(token.Text, out long integer)
                    ? new Literal(integer, token.Position)
                    : throw new TemplateSyntaxException("The number is too large", token.Position);
            case TokenKind.Float:
                return new Literal(double.Parse(token.Text, CultureInfo.InvariantCulture), token.Position);
            case TokenKind.Operator when token.Text == "(":
                return ParseParentheses(token.Position);
            case TokenKind.Operator when token.Text == "[":
                return new ListLiteral(ParseItems("]"), token.Position);
            case TokenKind.Operator when token.Text == "{":
                return ParseMapping(token.Position);
            default:
                throw new TemplateSyntaxException($"Expected an expression, found {token}", token.Position);
        }
    }

    private Expression ParseParentheses(Position position)
    {
        if (tokens.TryTakeOperator(")"))
        {
            return new ListLiteral([], position);
        }
        Expression value = ParseTuple();
        tokens.ExpectOperator(")");
        return value;
    }

    private List<Expression> ParseItems(string end)
    {
        List<Expression> items = [];
        while (!tokens.TryTakeOperator(end))
        {
            if (items.Count > 0)
            {
                tokens.ExpectOperator(",");
                if (tokens.TryTakeOperator(end))
                {
                    break;
                }
            }
            items.Add(Parse());
        }
        return items;
    }

    private MappingLiteral ParseMapping(Position position)
    {
        List<(Expression, Expression)> entries = [];
        while (!tokens.TryTakeOperator("}"))
        {
            if (entries.Count > 0)
            {
                tokens.ExpectOperator(",");
                if (tokens.TryTakeOperator("}"))
                {
                    break;
                }
            }
            Expression key = Parse();
            tokens.ExpectOperator(":");
            entries.Add((key, Parse()));
        }
        return new MappingLiteral(entries, position);
    }

    private Expression ParsePostfix(Expression value)
    {
        while (true)
        {
            Position position = tokens.Position;
            if (tokens.TryTakeOperator("."))
            {
                Token name = tokens.Take();
                value = name.Kind switch
                {
                    TokenKind.Name => new Member(value, name.Text, position),
                    TokenKind.Integer => new Item(value, new Literal(long.Parse(name.Text), name.Position), position),
                    _ => throw new TemplateSyntaxException($"Expected a name after '.', found {name}", name.Position),
                };
            }
            else if (tokens.TryTakeOperator("["))
            {
                value = ParseSubscript(value, position);
            }
            else if (tokens.IsOperator("("))
            {
                value = new Call(value, ParseArguments(), position);
            }
            else
            {
                return value;
            }
        }
    }

    private Expression ParseSubscript(Expression target, Position position)
    {
        Expression? start = tokens.IsOperator(":") ? null : Parse();
        if (start is not null && tokens.TryTakeOperator("]"))
        {
            return new Item(target, start, position);
        }
        tokens.ExpectOperator(":");
        Expression? stop = tokens.IsOperator(":") || tokens.IsOperator("]") ? null : Parse();
        Expression? step = tokens.TryTakeOperator(":") && !tokens.IsOperator("]") ? Parse() : null;
        tokens.ExpectOperator("]");
        return new Slice(target, start, stop, step, position);
    }

    public ArgumentList ParseArguments()
    {
        tokens.ExpectOperator("(");
        List<Expression> positional = [];
        List<(string, Expression)> named = [];
        Expression? more = null, moreNamed = null;
        while (!tokens.TryTakeOperator(")"))
        {
            if (positional.Count + named.Count > 0 || more is not null || moreNamed is not null)
            {
                tokens.ExpectOperator(",");
                if (tokens.TryTakeOperator(")"))
                {
                    break;
                }
            }
            if (moreNamed is null && tokens.TryTakeOperator("**"))
            {
                moreNamed = Parse();
            }
            else if (more is null && moreNamed is null && tokens.TryTakeOperator("*"))
            {
                more = Parse();
            }
            else if (tokens.Current.Kind == TokenKind.Name && tokens.Peek().Is(TokenKind.Operator, "="))
            {
                string name = tokens.Take().Text;
                tokens.Take();
                named.Add((name, Parse()));
            }
            else if (named.Count > 0 || more is not null || moreNamed is not null)
            {
                throw tokens.Unexpected("a named argument");
            }
            else
            {
                positional.Add(Parse());
            }
        }
        return new ArgumentList(positional, named) { More = more, MoreNamed = moreNamed };
    }

    private Expression ParseFiltersAndTests(Expression value)
    {
        while (true)
        {
            Position position = tokens.Position;
            if (tokens.TryTakeOperator("|"))
            {
                FilterStep filter = ParseFilter(position);
                value = new FilterCall(value, filter.Name, filter.Arguments, position);
            }
            else if (tokens.TryTakeName("is"))
            {
                value = ParseTest(value, position);
            }
            else if (tokens.IsOperator("("))
            {
                value = new Call(value, ParseArguments(), position);
            }
            else
            {
                return value;
            }
        }
    }

    /// <summary>A filter's name and arguments; the bar before it has been taken.</summary>
    public FilterStep ParseFilter(Position position)
    {
        Token name = tokens.Expect(TokenKind.Name, "the name of a filter");
        if (!Library.Filters.Exists(name.Text))
        {
            throw new TemplateSyntaxException($"There is no filter '{name.Text}'", name.Position);
        }
        return new FilterStep(name.Text, tokens.IsOperator("(") ? ParseArguments() : ArgumentList.Empty, position);
    }

    private TestCall ParseTest(Expression value, Position position)
    {
        bool negated = tokens.TryTakeName("not");
        Token name = tokens.Expect(TokenKind.Name, "the name of a test");
        if (!Library.Tests.Exists(name.Text))
        {
            throw new TemplateSyntaxException($"There is no test '{name.Text}'", name.Position);
        }
        ArgumentList arguments = ArgumentList.Empty;
        if (tokens.IsOperator("("))
        {
            arguments = ParseArguments();
        }
        else if (tokens.Current.Kind is TokenKind.String or TokenKind.Integer or TokenKind.Float
            || tokens.IsOperator("[") || tokens.IsOperator("{")
            || (tokens.Current.Kind == TokenKind.Name && tokens.Current.Text is not ("else" or "or" or "and" or "if" or "is" or "in" or "not")))
        {
            arguments = new ArgumentList([ParsePostfix(ParsePrimary())], []);
        }
        return new TestCall(value, name.Text, arguments, negated, position);
    }
}
