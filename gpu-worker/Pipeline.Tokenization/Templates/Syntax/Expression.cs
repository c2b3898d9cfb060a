namespace Pipeline.Tokenization.Templates.Syntax;

/// <summary>An expression of a template. The position is where it, or its operator, stands.</summary>
internal abstract record Expression(Position Position);

internal sealed record Literal(object? Value, Position Position) : Expression(Position);

internal sealed record Variable(string Name, Position Position) : Expression(Position);

internal sealed record ListLiteral(IReadOnlyList<Expression> Items, Position Position) : Expression(Position);

internal sealed record MappingLiteral(IReadOnlyList<(Expression Key, Expression Value)> Entries, Position Position)
    : Expression(Position);

/// <summary><c>target.name</c>: a method or attribute before an entry.</summary>
internal sealed record Member(Expression Target, string Name, Position Position) : Expression(Position);

/// <summary><c>target[key]</c>: an entry before an attribute.</summary>
internal sealed record Item(Expression Target, Expression Key, Position Position) : Expression(Position);

internal sealed record Slice(
    Expression Target, Expression? Start, Expression? Stop, Expression? Step, Position Position) : Expression(Position);

/// <summary>What stands in parentheses after a name.</summary>
/// <param name="Positional">Arguments by place.</param>
/// <param name="Named">Arguments by name.</param>
internal sealed record ArgumentList(
    IReadOnlyList<Expression> Positional, IReadOnlyList<(string Name, Expression Value)> Named)
{
    /// <summary><c>*list</c>: further arguments by place.</summary>
    public Expression? More { get; init; }

    /// <summary><c>**mapping</c>: further arguments by name.</summary>
    public Expression? MoreNamed { get; init; }

    public static readonly ArgumentList Empty = new([], []);
}

internal sealed record Call(Expression Target, ArgumentList Arguments, Position Position) : Expression(Position);

internal sealed record FilterCall(Expression Target, string Name, ArgumentList Arguments, Position Position)
    : Expression(Position);

internal sealed record TestCall(Expression Target, string Name, ArgumentList Arguments, bool Negated, Position Position)
    : Expression(Position);

internal sealed record Unary(string Operator, Expression Operand, Position Position) : Expression(Position);

internal sealed record Binary(string Operator, Expression Left, Expression Right, Position Position) : Expression(Position);

/// <summary><c>a &lt; b &lt;= c</c>: each operand is compared with the next.</summary>
internal sealed record Comparison(
    Expression First, IReadOnlyList<(string Operator, Expression Operand)> Rest, Position Position) : Expression(Position);

internal sealed record Conditional(Expression Condition, Expression Then, Expression? Else, Position Position)
    : Expression(Position);
