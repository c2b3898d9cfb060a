namespace Pipeline.Engine.Grammar.Automata;

/// <summary>
/// What a reader remembers of a call: where it goes on, and how often the rule has been read. Frames are the stack, each
/// linked to the one below; equal stacks are one object. Immutable.
/// </summary>
/// <param name="site">The call.</param>
/// <param name="count">How often the rule has been read before.</param>
/// <param name="parent">The frame below; null at the bottom.</param>
/// <param name="id">A number of its own.</param>
internal sealed class Frame(CallSite site, int count, Frame? parent, int id)
{
    /// <summary>The call.</summary>
    public CallSite Site => site;

    /// <summary>How often the rule has been read before.</summary>
    public int Count => count;

    /// <summary>The frame below; null at the bottom.</summary>
    public Frame? Parent => parent;

    /// <summary>A number of its own, above zero.</summary>
    public int Id => id;
}

/// <summary>One place where a reader may stand: a node that has edges, and the stack above it.</summary>
internal readonly record struct Position(int Node, Frame? Frame);
