namespace Pipeline.Engine.Grammar.Automata;

/// <summary>
/// A non-deterministic pushdown automaton over bytes: each rule is a part of the graph that begins at a node and ends at
/// nodes marked so; calls join them. Immutable.
/// </summary>
/// <param name="Start">Where the root rule begins.</param>
/// <param name="Nodes">The nodes.</param>
internal sealed record Graph(int Start, IReadOnlyList<GraphNode> Nodes);

/// <summary>A node: where a reader may stand.</summary>
internal sealed class GraphNode
{
    /// <summary>What a byte leads to.</summary>
    public List<ByteEdge> Edges { get; } = [];

    /// <summary>Where else the reader stands as well.</summary>
    public List<int> Next { get; } = [];

    /// <summary>The rule that is read from here, if one is.</summary>
    public CallSite? Call { get; set; }

    /// <summary>Whether the rule may end here.</summary>
    public bool IsEnd { get; set; }
}

/// <summary>Every byte from <paramref name="Low"/> to <paramref name="High"/> leads to <paramref name="Target"/>.</summary>
internal readonly record struct ByteEdge(byte Low, byte High, int Target);

/// <summary>A rule is read <see cref="Least"/> to <see cref="Most"/> times, and then what comes after.</summary>
internal sealed class CallSite
{
    /// <summary>Where the rule begins.</summary>
    public required int Start { get; init; }

    /// <summary>Where the reader goes on.</summary>
    public required int Return { get; init; }

    /// <summary>How often at least.</summary>
    public int Least { get; init; } = 1;

    /// <summary>How often at most.</summary>
    public int Most { get; init; } = 1;

    /// <summary>Whether nothing but the end of the calling rule comes after: then nothing has to be remembered.</summary>
    public bool IsTail { get; set; }
}
