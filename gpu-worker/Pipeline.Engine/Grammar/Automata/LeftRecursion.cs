using Pipeline.Engine.Grammar.Terms;

namespace Pipeline.Engine.Grammar.Automata;

/// <summary>Finds rules that begin with themselves: reading one would never get to a byte.</summary>
internal static class LeftRecursion
{
    /// <exception cref="GrammarException">There is such a rule; the message names it.</exception>
    public static void Refuse(Graph graph, IReadOnlyDictionary<Rule, int> starts)
    {
        bool[] mayBeEmpty = FindEmpty(graph.Nodes);
        foreach ((Rule rule, int start) in starts)
        {
            if (BeginsWithItself(graph.Nodes, start, mayBeEmpty))
            {
                throw new GrammarException("", $"The rule '{rule.Name}' begins with itself: left recursion is not supported.");
            }
        }
    }

    private static bool[] FindEmpty(IReadOnlyList<GraphNode> nodes)
    {
        bool[] empty = new bool[nodes.Count];
        Fixpoint.Solve(nodes, i => !empty[i] && (empty[i] = IsEmpty(nodes[i], empty)));
        return empty;
    }

    private static bool IsEmpty(GraphNode node, bool[] empty) => node.IsEnd || node.Next.Exists(next => empty[next])
        || (node.Call is { } call && empty[call.Return] && (call.Least == 0 || empty[call.Start]));

    /// <summary>Whether the rule is called again before a byte is read.</summary>
    private static bool BeginsWithItself(IReadOnlyList<GraphNode> nodes, int start, bool[] mayBeEmpty)
    {
        HashSet<int> seen = [];
        var open = new Stack<int>([start]);
        while (open.TryPop(out int at))
        {
            GraphNode node = nodes[at];
            node.Next.ForEach(open.PushNew(seen));
            if (node.Call is not { } call)
            {
                continue;
            }

            if (call.Start == start)
            {
                return true;
            }

            open.PushNew(seen)(call.Start);
            if (call.Least == 0 || mayBeEmpty[call.Start])
            {
                open.PushNew(seen)(call.Return);
            }
        }

        return false;
    }

    private static Action<int> PushNew(this Stack<int> open, HashSet<int> seen) => node =>
    {
        if (seen.Add(node))
        {
            open.Push(node);
        }
    };
}
