namespace Pipeline.Tokenization.Templates.Evaluation;

/// <summary>Something that a template can call.</summary>
internal delegate object? TemplateFunction(Arguments arguments);

/// <summary>The values that a call brings.</summary>
internal sealed record Arguments(IReadOnlyList<object?> Positional, IReadOnlyDictionary<string, object?> Named)
{
    private static readonly Dictionary<string, object?> NothingNamed = [];

    public Arguments(params IReadOnlyList<object?> positional)
        : this(positional, NothingNamed)
    {
    }

    public bool Has(int index, string name) => index < Positional.Count || Named.ContainsKey(name);

    /// <summary>An argument by place or name, or what it is when it is absent.</summary>
    public object? Get(int index, string name, object? whenAbsent = null) =>
        index < Positional.Count ? Positional[index] : Named.GetValueOrDefault(name, whenAbsent);

    public object? Require(int index, string name) =>
        Has(index, name) ? Get(index, name) : throw new TemplateRenderException($"The argument '{name}' is missing");

    public string Text(int index, string name, string? whenAbsent = null) =>
        (whenAbsent is null ? Require(index, name) : Get(index, name, whenAbsent)) as string
        ?? throw new TemplateRenderException($"The argument '{name}' must be a string");

    public long Integer(int index, string name, long? whenAbsent = null) =>
        Values.AsInteger(whenAbsent is null ? Require(index, name) : Get(index, name, whenAbsent));
}
