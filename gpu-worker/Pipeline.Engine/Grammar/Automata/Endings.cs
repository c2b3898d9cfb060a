namespace Pipeline.Engine.Grammar.Automata;

/// <summary>The shortest ways to the end of what has begun. Immutable, so safe for any number of threads.</summary>
internal sealed class Endings
{
    /// <summary>No way is as long as this.</summary>
    public const int Far = 1 << 29;

    private readonly Graph _graph;
    private readonly int[] _bytes;

    /// <param name="graph">A graph in which everything can be finished.</param>
    public Endings(Graph graph)
    {
        _graph = graph;
        _bytes = new int[graph.Nodes.Count];
        Array.Fill(_bytes, Far);
        Fixpoint.Solve(graph.Nodes, Improve);
    }

    /// <summary>How many bytes have to come at least before the text may end.</summary>
    public int Bytes(Configuration at) => at.MayEnd ? 0 : Shortest(at).Bytes;

    /// <summary>The first byte of a shortest way to the end.</summary>
    public byte First(Configuration at) => Shortest(at).First;

    private (int Bytes, byte First) Shortest(Configuration at)
    {
        (int Bytes, byte First) best = (Far, 0);
        foreach (Position position in at.Positions)
        {
            int above = Above(position.Frame);
            foreach (ByteEdge edge in _graph.Nodes[position.Node].Edges)
            {
                int bytes = Add(1, Add(_bytes[edge.Target], above));
                best = bytes < best.Bytes ? (bytes, edge.Low) : best;
            }
        }

        return best;
    }

    /// <summary>What has to come after the rule at hand, of all the rules that called it.</summary>
    private int Above(Frame? frame)
    {
        int bytes = 0;
        for (; frame is not null; frame = frame.Parent)
        {
            int again = Math.Max(0, frame.Site.Least - frame.Count - 1);
            bytes = Add(bytes, Add(Multiply(again, _bytes[frame.Site.Start]), _bytes[frame.Site.Return]));
        }

        return bytes;
    }

    private bool Improve(int node)
    {
        int bytes = FromNode(_graph.Nodes[node]);
        bool better = bytes < _bytes[node];
        _bytes[node] = better ? bytes : _bytes[node];
        return better;
    }

    private int FromNode(GraphNode node)
    {
        int bytes = node.IsEnd ? 0 : Far;
        foreach (ByteEdge edge in node.Edges)
        {
            bytes = Math.Min(bytes, Add(1, _bytes[edge.Target]));
        }

        foreach (int next in node.Next)
        {
            bytes = Math.Min(bytes, _bytes[next]);
        }

        return node.Call is { } call ? Math.Min(bytes, Add(Multiply(call.Least, _bytes[call.Start]), _bytes[call.Return])) : bytes;
    }

    private static int Add(int a, int b) => Math.Min(Far, a + b);

    private static int Multiply(int times, int bytes) => (int)Math.Min(Far, (long)times * bytes);
}
