namespace Pipeline.Engine.Grammar.Automata;

/// <summary>Takes out of a graph what leads nowhere, so that whatever has been read can be finished.</summary>
internal static class GraphPruning
{
    /// <summary>Removes every way to a node from which the end of its rule cannot be reached.</summary>
    /// <exception cref="GrammarException">Nothing is left.</exception>
    public static void Prune(Graph graph)
    {
        bool[] finishes = FindFinishing(graph.Nodes);
        if (!finishes[graph.Start])
        {
            throw new GrammarException("", "Nothing satisfies it: there is no text that belongs to it.");
        }

        foreach (GraphNode node in graph.Nodes)
        {
            node.Edges.RemoveAll(edge => !finishes[edge.Target]);
            if (node.Call is { } call && (!finishes[call.Return] || !finishes[call.Start] || call.Most == 0))
            {
                node.Call = null;
                if (finishes[call.Return] && call.Least == 0)
                {
                    node.Next.Add(call.Return);
                }
            }

            node.Next.RemoveAll(next => !finishes[next]);
        }
    }

    private static bool[] FindFinishing(IReadOnlyList<GraphNode> nodes)
    {
        bool[] finishes = new bool[nodes.Count];
        Fixpoint.Solve(nodes, i => !finishes[i] && (finishes[i] = Finishes(nodes[i], finishes)));
        return finishes;
    }

    private static bool Finishes(GraphNode node, bool[] finishes) =>
        node.IsEnd
        || node.Edges.Exists(edge => finishes[edge.Target])
        || node.Next.Exists(next => finishes[next])
        || (node.Call is { } call && finishes[call.Return] && (call.Least == 0 || finishes[call.Start]));
}
