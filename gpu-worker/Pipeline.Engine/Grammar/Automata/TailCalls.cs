namespace Pipeline.Engine.Grammar.Automata;

/// <summary>
/// Finds the calls after which the calling rule ends at once, so that nothing is remembered for them: a list that is written
/// as a rule calling itself at its end is then read without a stack that grows.
/// </summary>
internal static class TailCalls
{
    /// <summary>Marks them.</summary>
    public static void Mark(Graph graph)
    {
        foreach (GraphNode node in graph.Nodes)
        {
            if (node.Call is { Least: 1, Most: 1 } call)
            {
                call.IsTail = EndsAt(graph, call.Return);
            }
        }
    }

    private static bool EndsAt(Graph graph, int start)
    {
        GraphNode node = graph.Nodes[start];
        for (int steps = 0; node.Edges.Count == 0 && node.Call is null && steps < graph.Nodes.Count; steps++)
        {
            if (node.Next.Count != 1)
            {
                return node.IsEnd && node.Next.Count == 0;
            }

            if (node.IsEnd)
            {
                return false;
            }

            node = graph.Nodes[node.Next[0]];
        }

        return false;
    }
}
