using System.Text;
using Pipeline.Engine.Grammar.Terms;

namespace Pipeline.Engine.Grammar.Patterns;

/// <summary>Makes an automaton over characters of a term without calls: first with many ways, then with one.</summary>
internal sealed class TextAutomatonBuilder
{
    private readonly List<List<(CodePointSet Set, int Target)>> _edges = [];
    private readonly List<List<int>> _next = [];

    private TextAutomatonBuilder()
    {
    }

    /// <summary>The automaton of a term.</summary>
    /// <exception cref="GrammarException">It is too large.</exception>
    public static TextAutomaton Build(Term term)
    {
        var builder = new TextAutomatonBuilder();
        int start = builder.AddNode();
        return builder.Determinize(start, builder.Add(term, start));
    }

    private int AddNode()
    {
        TextAutomaton.Check(_next.Count / 8);
        _edges.Add([]);
        _next.Add([]);
        return _next.Count - 1;
    }

    private int Add(Term term, int from)
    {
        switch (term)
        {
            case LiteralTerm literal:
                return Encoding.UTF8.GetString(literal.Bytes).EnumerateRunes().Aggregate(from, (at, rune) => AddEdge(at, CodePointSet.One(rune.Value)));
            case CharactersTerm characters:
                return AddEdge(from, characters.Set);
            case SequenceTerm sequence:
                return sequence.Parts.Aggregate(from, (at, part) => Add(part, at));
            case ChoiceTerm choice:
                int joined = AddNode();
                foreach (Term option in choice.Options)
                {
                    _next[Add(option, Branch(from))].Add(joined);
                }

                return joined;
            case RepeatTerm repeat:
                return AddRepeat(repeat, from);
            default:
                throw new ArgumentOutOfRangeException(nameof(term), term, null);
        }
    }

    private int AddRepeat(RepeatTerm repeat, int from)
    {
        int at = from;
        for (int done = 0; done < repeat.Least; done++)
        {
            at = Add(repeat.Body, at);
        }

        int end = AddNode();
        _next[at].Add(end);
        if (repeat.Most is not { } most)
        {
            int again = Branch(at);
            int last = Add(repeat.Body, again);
            _next[last].AddRange([again, end]);
            return end;
        }

        for (int done = repeat.Least; done < most; done++)
        {
            at = Add(repeat.Body, at);
            _next[at].Add(end);
        }

        return end;
    }

    private int AddEdge(int from, CodePointSet set)
    {
        int to = AddNode();
        _edges[from].Add((set, to));
        return to;
    }

    private int Branch(int from)
    {
        int node = AddNode();
        _next[from].Add(node);
        return node;
    }

    private TextAutomaton Determinize(int start, int end)
    {
        List<int[]> sets = [Close([start])];
        Dictionary<string, int> numbers = new() { [Key(sets[0])] = 0 };
        List<TextState> states = [];
        for (int i = 0; i < sets.Count; i++)
        {
            var edges = new List<(CodePointSet, int)>();
            foreach ((CodePointSet set, int[] targets) in Partition(sets[i]))
            {
                int[] closed = Close(targets);
                if (!numbers.TryGetValue(Key(closed), out int number))
                {
                    numbers.Add(Key(closed), number = sets.Count);
                    sets.Add(closed);
                    TextAutomaton.Check(sets.Count);
                }

                edges.Add((set, number));
            }

            states.Add(new TextState(sets[i].Contains(end), Merge(edges)));
        }

        return new TextAutomaton(states);
    }

    private static string Key(int[] set) => string.Join(',', set);

    private static List<(CodePointSet, int)> Merge(List<(CodePointSet Set, int Target)> edges) =>
        [.. edges.GroupBy(edge => edge.Target, (target, same) => (CodePointSet.Of(same.SelectMany(edge => edge.Set.Ranges)), target))];

    private int[] Close(IEnumerable<int> nodes)
    {
        HashSet<int> seen = [.. nodes];
        var open = new Stack<int>(seen);
        while (open.TryPop(out int node))
        {
            foreach (int next in _next[node].Where(seen.Add))
            {
                open.Push(next);
            }
        }

        return [.. seen.Order()];
    }

    /// <summary>The characters that lead on from some nodes, parted by where they lead.</summary>
    private List<(CodePointSet Set, int[] Targets)> Partition(int[] nodes)
    {
        List<(CodePointSet Set, List<int> Targets)> parts = [];
        foreach ((CodePointSet set, int target) in nodes.SelectMany(node => _edges[node]))
        {
            CodePointSet rest = set;
            for (int i = parts.Count - 1; i >= 0 && !rest.IsEmpty; i--)
            {
                (CodePointSet known, List<int> targets) = parts[i];
                CodePointSet common = known.Intersect(rest);
                if (common.IsEmpty)
                {
                    continue;
                }

                CodePointSet others = known.Except(common);
                rest = rest.Except(common);
                if (others.IsEmpty)
                {
                    targets.Add(target);
                }
                else
                {
                    parts[i] = (others, targets);
                    parts.Add((common, [.. targets, target]));
                }
            }

            if (!rest.IsEmpty)
            {
                parts.Add((rest, [target]));
            }
        }

        return [.. parts.Select(part => (part.Set, part.Targets.Distinct().ToArray()))];
    }
}
