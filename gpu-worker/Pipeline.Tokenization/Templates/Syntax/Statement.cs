namespace Pipeline.Tokenization.Templates.Syntax;

/// <summary>A statement of a template.</summary>
internal abstract record Statement(Position Position);

internal sealed record TextOutput(string Text, Position Position) : Statement(Position);

internal sealed record ValueOutput(Expression Value, Position Position) : Statement(Position);

/// <summary>Statements without a scope of their own, such as those of <c>{% generation %}</c>.</summary>
internal sealed record Group(IReadOnlyList<Statement> Body, Position Position) : Statement(Position);

internal sealed record If(
    IReadOnlyList<(Expression Condition, IReadOnlyList<Statement> Body)> Branches,
    IReadOnlyList<Statement> Else, Position Position) : Statement(Position);

internal sealed record For(
    IReadOnlyList<string> Targets, Expression Items, Expression? Filter, bool IsRecursive,
    IReadOnlyList<Statement> Body, IReadOnlyList<Statement> Else, Position Position) : Statement(Position);

internal sealed record Break(Position Position) : Statement(Position);

internal sealed record Continue(Position Position) : Statement(Position);

/// <summary><c>{% set a = x %}</c>, <c>{% set a, b = x %}</c> or <c>{% set ns.a = x %}</c>.</summary>
/// <param name="Names">What is set; several unpack the value.</param>
/// <param name="Attribute">The attribute of the namespace named first that is set instead, or null.</param>
/// <param name="Value">The value.</param>
/// <param name="Position">Where the tag stands.</param>
internal sealed record Set(IReadOnlyList<string> Names, string? Attribute, Expression Value, Position Position)
    : Statement(Position);

/// <summary><c>{% set a %}...{% endset %}</c>, with filters after the name.</summary>
internal sealed record SetBlock(
    string Name, string? Attribute, IReadOnlyList<FilterStep> Filters, IReadOnlyList<Statement> Body, Position Position)
    : Statement(Position);

/// <summary>A filter to run on the text of a block.</summary>
internal sealed record FilterStep(string Name, ArgumentList Arguments, Position Position);

internal sealed record FilterBlock(IReadOnlyList<FilterStep> Filters, IReadOnlyList<Statement> Body, Position Position)
    : Statement(Position);

internal sealed record Macro(
    string Name, IReadOnlyList<(string Name, Expression? Default)> Parameters,
    IReadOnlyList<Statement> Body, Position Position) : Statement(Position);

/// <summary><c>{% call name(...) %}...{% endcall %}</c>: the macro reaches the body as <c>caller()</c>.</summary>
internal sealed record CallBlock(
    IReadOnlyList<(string Name, Expression? Default)> Parameters, Call Call,
    IReadOnlyList<Statement> Body, Position Position) : Statement(Position);
