namespace Pipeline.Engine.Grammar.Automata;

/// <summary>Finds out about nodes what depends on the nodes that they lead to, each as often as something changes there.</summary>
internal static class Fixpoint
{
    /// <summary>Brings nodes up to date until nothing changes.</summary>
    /// <param name="nodes">The nodes of a graph.</param>
    /// <param name="update">Brings one up to date, and says whether it has changed.</param>
    public static void Solve(IReadOnlyList<GraphNode> nodes, Func<int, bool> update)
    {
        List<int>?[] dependents = Dependents(nodes);
        bool[] waits = new bool[nodes.Count];
        Array.Fill(waits, true);
        // Backwards, for that is the way from an end to what leads there.
        var open = new Queue<int>(Enumerable.Range(0, nodes.Count).Reverse());
        while (open.TryDequeue(out int node))
        {
            waits[node] = false;
            if (!update(node))
            {
                continue;
            }

            foreach (int other in dependents[node] ?? [])
            {
                if (!waits[other])
                {
                    waits[other] = true;
                    open.Enqueue(other);
                }
            }
        }
    }

    private static List<int>?[] Dependents(IReadOnlyList<GraphNode> nodes)
    {
        var dependents = new List<int>?[nodes.Count];
        for (int i = 0; i < nodes.Count; i++)
        {
            GraphNode node = nodes[i];
            foreach (ByteEdge edge in node.Edges)
            {
                (dependents[edge.Target] ??= []).Add(i);
            }

            foreach (int next in node.Next)
            {
                (dependents[next] ??= []).Add(i);
            }

            if (node.Call is { } call)
            {
                (dependents[call.Start] ??= []).Add(i);
                (dependents[call.Return] ??= []).Add(i);
            }
        }

        return dependents;
    }
}
