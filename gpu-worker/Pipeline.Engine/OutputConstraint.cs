using Pipeline.Engine.Grammar;

namespace Pipeline.Engine;

/// <summary>What outputs have to be like. Made once, for any number of requests at the same time. Immutable and thread-safe.</summary>
public abstract class OutputConstraint
{
    /// <summary>The constraint of one sequence, which stands at its beginning.</summary>
    internal abstract ITokenConstraint Begin();

    /// <summary>The constraint of one sequence of limited length, which it may take into account.</summary>
    /// <param name="mostTokens">Tokens that the sequence may generate, the end token included.</param>
    internal virtual ITokenConstraint Begin(int mostTokens) => Begin();
}
