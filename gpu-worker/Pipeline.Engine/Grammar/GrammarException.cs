namespace Pipeline.Engine.Grammar;

/// <summary>A language for an output that is damaged, or asks for what is not supported.</summary>
/// <param name="path">
/// Where, below the parameter that described it: <c>.properties.a.not</c> in a schema; empty for all of it.
/// </param>
/// <param name="message">What is wrong, for people.</param>
public sealed class GrammarException(string path, string message) : Exception(message)
{
    /// <summary>Where, below the parameter that described it; empty for all of it.</summary>
    public string Path { get; } = path;
}
