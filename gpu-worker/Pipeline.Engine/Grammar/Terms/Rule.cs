namespace Pipeline.Engine.Grammar.Terms;

/// <summary>A named term, which may call itself. Written once, by whoever makes it, before it is compiled.</summary>
internal sealed class Rule(string name)
{
    /// <summary>What it is called in error messages.</summary>
    public string Name => name;

    /// <summary>What it says.</summary>
    public Term Body { get; set; } = Term.Never;

    /// <summary>The rule as a term.</summary>
    public Term Call => new CallTerm(this);
}
