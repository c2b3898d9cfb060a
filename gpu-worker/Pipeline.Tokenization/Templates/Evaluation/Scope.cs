namespace Pipeline.Tokenization.Templates.Evaluation;

/// <summary>The names that a part of a template sees: its own, then those around it.</summary>
internal sealed class Scope(Scope? parent)
{
    private readonly Dictionary<string, object?> _values = [];

    public void Set(string name, object? value) => _values[name] = value;

    public object? Get(string name)
    {
        for (Scope? scope = this; scope is not null; scope = scope.Parent)
        {
            if (scope._values.TryGetValue(name, out object? value))
            {
                return value;
            }
        }
        return new Undefined(name);
    }

    private Scope? Parent => parent;
}
