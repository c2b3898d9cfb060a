using Pipeline.Engine.Grammar;

namespace Pipeline.Engine;

/// <summary>What outputs have to be like. Made once, for any number of requests at the same time. Immutable and thread-safe.</summary>
public abstract class OutputConstraint
{
    /// <summary>The constraint of one sequence, which stands at its beginning.</summary>
    internal abstract ITokenConstraint Begin();
}
