using System.Runtime.CompilerServices;
using Pipeline.Tokenization.Templates.Library;
using Pipeline.Tokenization.Templates.Syntax;

namespace Pipeline.Tokenization.Templates.Evaluation;

/// <summary>Evaluates expressions.</summary>
internal sealed class Evaluator(Interpreter interpreter)
{
    public object? Evaluate(Expression expression, Scope scope)
    {
        // A chain of ten thousand operators is parsed in a loop, but evaluated operator by operator within each other.
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw new TemplateRenderException("The expression is too long", expression.Position);
        }
        return Dispatch(expression, scope);
    }

    private object? Dispatch(Expression expression, Scope scope) => expression switch
    {
        Literal literal => literal.Value,
        Variable variable => scope.Get(variable.Name),
        ListLiteral list => list.Items.Select(item => Evaluate(item, scope)).ToList(),
        MappingLiteral mapping => MakeMapping(mapping, scope),
        Conditional choice => Choose(choice, scope),
        Binary { Operator: "and" } and => Evaluate(and.Left, scope) is var left && !Values.IsTrue(left) ? left : Evaluate(and.Right, scope),
        Binary { Operator: "or" } or => Evaluate(or.Left, scope) is var left && Values.IsTrue(left) ? left : Evaluate(or.Right, scope),
        Unary { Operator: "not" } not => !Values.IsTrue(Evaluate(not.Operand, scope)),
        Call call => Call(call, scope),
        _ => Interpreter.Located(expression.Position, () => Compute(expression, scope)),
    };

    public object? Call(Call call, Scope scope, params IReadOnlyList<(string Name, object? Value)> more)
    {
        object? target = Evaluate(call.Target, scope);
        Arguments arguments = MakeArguments(call.Arguments, scope, more);
        return Interpreter.Located(call.Position, () => target switch
        {
            TemplateFunction function => function(arguments),
            CallableMapping { Call: var function } => function(arguments),
            _ => throw new TemplateRenderException(call.Target switch
            {
                Member member => $"There is no method '{member.Name}' on {Values.TypeName(Evaluate(member.Target, scope))}",
                _ => $"A value of type {Values.TypeName(target)} cannot be called",
            }),
        });
    }

    private object? Compute(Expression expression, Scope scope)
    {
        switch (expression)
        {
            case Member member:
                return Members.Attribute(Evaluate(member.Target, scope), member.Name);
            case Item item:
                return Members.Item(Evaluate(item.Target, scope), Evaluate(item.Key, scope));
            case Slice slice:
                return Members.Slice(Evaluate(slice.Target, scope), Bound(slice.Start), Bound(slice.Stop), Bound(slice.Step) ?? 1);
            case FilterCall filter:
                return Filters.Find(filter.Name)(
                    Evaluate(filter.Target, scope), MakeArguments(filter.Arguments, scope, []), interpreter);
            case TestCall test:
                return test.Negated != Tests.Find(test.Name)(
                    Evaluate(test.Target, scope), MakeArguments(test.Arguments, scope, []));
            case Unary { Operator: "-" } unary:
                return Operators.Negate(Evaluate(unary.Operand, scope));
            case Unary unary:
                return Operators.Apply("+", 0L, Evaluate(unary.Operand, scope));
            case Binary binary:
                return Operators.Apply(binary.Operator, Evaluate(binary.Left, scope), Evaluate(binary.Right, scope));
            case Comparison comparison:
                return Compare(comparison, scope);
            default:
                throw new InvalidOperationException($"Nothing evaluates a {expression.GetType().Name}.");
        }

        long? Bound(Expression? bound) =>
            bound is null || Evaluate(bound, scope) is not { } value ? null : Values.AsInteger(value);
    }

    private bool Compare(Comparison comparison, Scope scope)
    {
        object? left = Evaluate(comparison.First, scope);
        foreach ((string op, Expression operand) in comparison.Rest)
        {
            object? right = Evaluate(operand, scope);
            if (!Operators.Compare(op, left, right))
            {
                return false;
            }
            left = right;
        }
        return true;
    }

    private object? Choose(Conditional choice, Scope scope) =>
        Values.IsTrue(Evaluate(choice.Condition, scope)) ? Evaluate(choice.Then, scope)
        : choice.Else is null ? new Undefined("the inline if without an else")
        : Evaluate(choice.Else, scope);

    private Mapping MakeMapping(MappingLiteral literal, Scope scope)
    {
        var mapping = new Mapping();
        foreach ((Expression key, Expression value) in literal.Entries)
        {
            object name = Interpreter.Located(key.Position, () => Mapping.Key(Evaluate(key, scope)))!;
            mapping[name] = Evaluate(value, scope);
        }
        return mapping;
    }

    private static IEnumerable<KeyValuePair<string, object?>> AsNamed(object? value) => (value as Mapping)?.Named()
        ?? throw new TemplateRenderException($"'**' needs a mapping, not {Values.TypeName(value)}");

    private Arguments MakeArguments(
        ArgumentList arguments, Scope scope, IReadOnlyList<(string Name, object? Value)> more)
    {
        var named = new Dictionary<string, object?>();
        foreach ((string name, Expression value) in arguments.Named)
        {
            named[name] = Evaluate(value, scope);
        }
        foreach ((string name, object? value) in arguments.MoreNamed is null ? [] : AsNamed(Evaluate(arguments.MoreNamed, scope)))
        {
            named[name] = value;
        }
        foreach ((string name, object? value) in more)
        {
            named[name] = value;
        }
        IEnumerable<object?> rest = arguments.More is null ? [] : Values.AsList(Evaluate(arguments.More, scope));
        return new Arguments([.. arguments.Positional.Select(value => Evaluate(value, scope)), .. rest], named);
    }
}
