using System.Text;
using Pipeline.Tokenization.Templates.Library;
using Pipeline.Tokenization.Templates.Syntax;

namespace Pipeline.Tokenization.Templates.Evaluation;

/// <summary>Runs a template's statements once. Not thread-safe: one per rendering.</summary>
internal sealed class Interpreter
{
    private const int DeepestCalls = 100;

    private readonly Evaluator _evaluator;
    private readonly Scope _globals = new(null);
    private StringBuilder _output = new();
    private int _calls;
    private int _steps;

    public Interpreter(TimeProvider time)
    {
        _evaluator = new Evaluator(this);
        Globals.Define(_globals, time);
    }

    private enum Flow
    {
        Normal,
        Break,
        Continue,
    }

    /// <exception cref="TemplateRenderException">The template gave up, or did what cannot be done.</exception>
    public string Run(IReadOnlyList<Statement> template, IEnumerable<KeyValuePair<string, object?>> variables)
    {
        var scope = new Scope(_globals);
        foreach ((string name, object? value) in variables)
        {
            scope.Set(name, value);
        }
        Execute(template, scope);
        return _output.ToString();
    }

    private Flow Execute(IReadOnlyList<Statement> body, Scope scope)
    {
        foreach (Statement statement in body)
        {
            Flow flow = Execute(statement, scope);
            if (flow != Flow.Normal)
            {
                return flow;
            }
        }
        return Flow.Normal;
    }

    private Flow Execute(Statement statement, Scope scope)
    {
        CountStep(statement.Position);
        switch (statement)
        {
            case TextOutput text:
                Write(text.Text);
                return Flow.Normal;
            case ValueOutput value:
                Write(PythonText.Str(_evaluator.Evaluate(value.Value, scope)));
                return Flow.Normal;
            case Group group:
                return Execute(group.Body, scope);
            case If choice:
                return ExecuteIf(choice, scope);
            case For loop:
                return ExecuteFor(loop, scope);
            case Break:
                return Flow.Break;
            case Continue:
                return Flow.Continue;
            case Set set:
                Assign(set, _evaluator.Evaluate(set.Value, scope), scope);
                return Flow.Normal;
            case SetBlock block:
                string text1 = Filtered(block.Filters, Capture(block.Body, new Scope(scope)), scope);
                Assign(new Set([block.Name], block.Attribute, new Literal(text1, block.Position), block.Position), text1, scope);
                return Flow.Normal;
            case FilterBlock block:
                Write(Filtered(block.Filters, Capture(block.Body, new Scope(scope)), scope));
                return Flow.Normal;
            case Macro macro:
                scope.Set(macro.Name, Define(macro.Name, macro.Parameters, macro.Body, scope));
                return Flow.Normal;
            case CallBlock block:
                TemplateFunction caller = Define("caller", block.Parameters, block.Body, scope);
                Write(PythonText.Str(_evaluator.Call(block.Call, scope, ("caller", caller))));
                return Flow.Normal;
            default:
                throw new InvalidOperationException($"Nothing executes a {statement.GetType().Name}.");
        }
    }

    private Flow ExecuteIf(If choice, Scope scope)
    {
        foreach ((Expression condition, IReadOnlyList<Statement> body) in choice.Branches)
        {
            if (Values.IsTrue(_evaluator.Evaluate(condition, scope)))
            {
                return Execute(body, scope);
            }
        }
        return Execute(choice.Else, scope);
    }

    private Flow ExecuteFor(For loop, Scope scope)
    {
        return ExecuteFor(loop, Located(loop.Position, () => Values.AsList(_evaluator.Evaluate(loop.Items, scope))), scope, depth: 0);
    }

    private Flow ExecuteFor(For loop, IReadOnlyList<object?> items, Scope scope, int depth)
    {
        if (loop.Filter is not null)
        {
            items = [.. items.Where(item =>
            {
                var inner = new Scope(scope);
                Unpack(loop.Targets, item, inner, loop.Position);
                return Values.IsTrue(_evaluator.Evaluate(loop.Filter, inner));
            })];
        }
        if (items.Count == 0)
        {
            return Execute(loop.Else, scope);
        }
        var memory = new LoopMemory(depth, arguments => Recurse(loop, Values.AsList(arguments.Require(0, "iterable")), scope, depth + 1));
        for (int i = 0; i < items.Count; i++)
        {
            CountStep(loop.Position);
            var inner = new Scope(scope);
            inner.Set("loop", memory.Variable(items, i, loop.IsRecursive));
            Unpack(loop.Targets, items[i], inner, loop.Position);
            if (Execute(loop.Body, inner) == Flow.Break)
            {
                break;
            }
        }
        return Flow.Normal;
    }

    private static void Assign(Set set, object? value, Scope scope)
    {
        if (set.Attribute is null)
        {
            Unpack(set.Names, value, scope, set.Position);
        }
        else if (scope.Get(set.Names[0]) is Namespace target)
        {
            target.Attributes[set.Attribute] = value;
        }
        else
        {
            throw new TemplateRenderException($"'{set.Names[0]}' is not a namespace: its attributes cannot be set", set.Position);
        }
    }

    private static void Unpack(IReadOnlyList<string> names, object? value, Scope scope, Position position)
    {
        if (names.Count == 1)
        {
            scope.Set(names[0], value);
            return;
        }
        IReadOnlyList<object?> values = Located(position, () => Values.AsList(value));
        if (values.Count != names.Count)
        {
            throw new TemplateRenderException($"{values.Count} values cannot be unpacked into {names.Count} names", position);
        }
        for (int i = 0; i < names.Count; i++)
        {
            scope.Set(names[i], values[i]);
        }
    }

    private TemplateFunction Define(
        string name, IReadOnlyList<(string Name, Expression? Default)> parameters, IReadOnlyList<Statement> body, Scope definedIn) =>
        arguments =>
        {
            if (arguments.Positional.Count > parameters.Count)
            {
                throw new TemplateRenderException($"Macro '{name}' takes {parameters.Count} arguments, not {arguments.Positional.Count}");
            }
            if (arguments.Named.Keys.FirstOrDefault(given => given != "caller" && !parameters.Any(p => p.Name == given)) is { } stranger)
            {
                throw new TemplateRenderException($"Macro '{name}' takes no argument '{stranger}'");
            }
            var scope = new Scope(definedIn);
            if (arguments.Named.TryGetValue("caller", out object? caller))
            {
                scope.Set("caller", caller);
            }
            for (int i = 0; i < parameters.Count; i++)
            {
                (string parameter, Expression? whenAbsent) = parameters[i];
                scope.Set(parameter, arguments.Has(i, parameter) ? arguments.Get(i, parameter)
                    : whenAbsent is null ? new Undefined(parameter) : _evaluator.Evaluate(whenAbsent, scope));
            }
            return Nested($"Macro '{name}'", () => Capture(() => Execute(body, scope)));
        };

    /// <summary>What <c>loop(items)</c> writes: the loop once more, over other items.</summary>
    private string Recurse(For loop, IReadOnlyList<object?> items, Scope scope, int depth) =>
        Nested("The loop", () => Capture(() => ExecuteFor(loop, items, scope, depth)));

    private string Nested(string what, Func<string> call)
    {
        if (_calls == DeepestCalls)
        {
            throw new TemplateRenderException($"{what} calls itself too deeply");
        }
        _calls++;
        try
        {
            return call();
        }
        finally
        {
            _calls--;
        }
    }

    private string Capture(IReadOnlyList<Statement> body, Scope scope) => Capture(() => Execute(body, scope));

    private string Capture(Func<Flow> execute)
    {
        StringBuilder outer = _output;
        _output = new StringBuilder();
        try
        {
            execute();
            return _output.ToString();
        }
        finally
        {
            _output = outer;
        }
    }

    private string Filtered(IReadOnlyList<FilterStep> filters, string text, Scope scope)
    {
        object? value = text;
        foreach (FilterStep filter in filters)
        {
            value = _evaluator.Evaluate(
                new FilterCall(new Literal(value, filter.Position), filter.Name, filter.Arguments, filter.Position), scope);
        }
        return PythonText.Str(value);
    }

    private void CountStep(Position position)
    {
        if (++_steps > Limits.MostSteps)
        {
            throw new TemplateRenderException($"The template ran more than {Limits.MostSteps} statements and rounds of loops", position);
        }
    }

    private void Write(string text)
    {
        Limits.CheckText((long)_output.Length + text.Length);
        _output.Append(text);
    }

    /// <summary>Runs something whose errors do not know where in the template they are.</summary>
    internal static T Located<T>(Position position, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (TemplateRenderException e) when (!e.IsLocated)
        {
            throw new TemplateRenderException(e.Message, position);
        }
    }
}
