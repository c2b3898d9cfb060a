using Pipeline.Engine.Grammar.Patterns;
using Pipeline.Engine.Grammar.Terms;

namespace Pipeline.Engine.Grammar.Automata;

/// <summary>Makes a graph of terms (Thompson's construction), over the bytes of UTF-8.</summary>
internal sealed class GraphBuilder
{
    /// <summary>A larger graph would take long to read, and more memory than a request is worth.</summary>
    private const int MostNodes = 1_000_000;

    /// <summary>A repetition is written out while it stays this small; a larger one is counted.</summary>
    private const int MostWrittenOut = 64;

    private readonly List<GraphNode> _nodes = [];
    private readonly Dictionary<Rule, int> _starts = [];
    private readonly Queue<Rule> _pending = new();

    private GraphBuilder()
    {
    }

    /// <summary>The graph of what a rule says: what cannot be finished is left out.</summary>
    /// <exception cref="GrammarException">No string belongs to it, a rule begins with itself, or it is too large.</exception>
    public static Graph Build(Rule root)
    {
        var builder = new GraphBuilder();
        int start = builder.StartOf(root);
        while (builder._pending.TryDequeue(out Rule? rule))
        {
            int end = builder.Add(rule.Body, builder._starts[rule], quoted: false);
            builder._nodes[end].IsEnd = true;
        }

        var graph = new Graph(start, builder._nodes);
        GraphPruning.Prune(graph);
        LeftRecursion.Refuse(graph, builder._starts);
        TailCalls.Mark(graph);
        return graph;
    }

    private int StartOf(Rule rule)
    {
        if (!_starts.TryGetValue(rule, out int start))
        {
            _starts.Add(rule, start = AddNode());
            _pending.Enqueue(rule);
        }

        return start;
    }

    private int AddNode()
    {
        if (_nodes.Count == MostNodes)
        {
            throw new GrammarException("", $"It is too large: its automaton has more than {MostNodes:N0} nodes.");
        }

        _nodes.Add(new GraphNode());
        return _nodes.Count - 1;
    }

    /// <summary>Adds a term that is read from a node on.</summary>
    /// <returns>The node after it.</returns>
    private int Add(Term term, int from, bool quoted) => term switch
    {
        LiteralTerm literal => literal.Bytes.Aggregate(from, AddByte),
        CharactersTerm characters => AddCharacters(characters.Set, from, AddNode(), quoted),
        SequenceTerm sequence => sequence.Parts.Aggregate(from, (at, part) => Add(part, at, quoted)),
        ChoiceTerm choice => AddChoice(choice, from, quoted),
        RepeatTerm repeat => AddRepeat(repeat, from, quoted),
        CallTerm call => AddCall(from, new CallSite { Start = StartOf(call.Rule), Return = AddNode() }),
        QuotedTerm inner => Add(inner.Body, from, quoted: true),
        AutomatonTerm automaton => AddAutomaton(automaton.Automaton, from, quoted),
        _ => throw new ArgumentOutOfRangeException(nameof(term), term, null),
    };

    private int AddByte(int from, byte value)
    {
        int to = AddNode();
        _nodes[from].Edges.Add(new ByteEdge(value, value, to));
        return to;
    }

    private int AddCharacters(CodePointSet set, int from, int to, bool quoted)
    {
        if (TryAddAscii(set, from, to, quoted))
        {
            return to;
        }

        CodePointSet plain = quoted ? set.Except(JsonEscapes.Escaped) : set;
        // Sequences share their ends: a set of many ranges has few different ones.
        Dictionary<(byte, byte, int), int> shared = [];
        foreach ((byte Low, byte High)[] sequence in plain.Ranges.SelectMany(range => Utf8Sequences.Of(range.Low, range.High)))
        {
            int after = to;
            for (int i = sequence.Length - 1; i > 0; i--)
            {
                (byte low, byte high) = sequence[i];
                if (!shared.TryGetValue((low, high, after), out int node))
                {
                    shared.Add((low, high, after), node = AddNode());
                    _nodes[node].Edges.Add(new ByteEdge(low, high, after));
                }

                after = node;
            }

            _nodes[from].Edges.Add(new ByteEdge(sequence[0].Low, sequence[0].High, after));
        }

        foreach (string escape in quoted ? JsonEscapes.Of(set) : [])
        {
            int last = escape.Aggregate(from, (at, character) => AddByte(at, (byte)character));
            _nodes[last].Next.Add(to);
        }

        return to;
    }

    /// <summary>Adds what is a byte each and needs no escape, as most of what descriptions name is.</summary>
    private bool TryAddAscii(CodePointSet set, int from, int to, bool quoted)
    {
        foreach ((int low, int high) in set.Ranges)
        {
            if (high > 0x7F || (quoted && (low < 0x20 || (low <= '"' && '"' <= high) || (low <= '\\' && '\\' <= high))))
            {
                return false;
            }
        }

        _nodes[from].Edges.AddRange(set.Ranges.Select(range => new ByteEdge((byte)range.Low, (byte)range.High, to)));
        return true;
    }

    private int AddChoice(ChoiceTerm choice, int from, bool quoted)
    {
        // The node after them comes last: what is found out from ends backwards is then found out in one pass.
        int[] ends = [.. choice.Options.Select(option => Add(option, Branch(from), quoted))];
        int to = AddNode();
        foreach (int end in ends)
        {
            _nodes[end].Next.Add(to);
        }

        return to;
    }

    private int AddRepeat(RepeatTerm repeat, int from, bool quoted)
    {
        if (repeat.Most == 0)
        {
            return from;
        }

        // How large the body is shows when it has been added once.
        int before = _nodes.Count, first = Branch(from), last = Add(repeat.Body, first, quoted), size = _nodes.Count - before;
        int copies = Math.Max(repeat.Least, repeat.Most ?? 1);
        if (copies > 1 && (long)copies * size > MostWrittenOut)
        {
            return AddCounted(repeat, from, first, last);
        }

        int to = AddNode();
        if (repeat.Least == 0)
        {
            _nodes[from].Next.Add(to);
        }

        for (int done = 1; done < copies; done++)
        {
            if (done >= repeat.Least)
            {
                _nodes[last].Next.Add(to);
            }

            last = Add(repeat.Body, first = Branch(last), quoted);
        }

        _nodes[last].Next.Add(to);
        if (repeat.Most is null)
        {
            _nodes[last].Next.Add(first);
        }

        return to;
    }

    /// <summary>Turns what was added from <paramref name="first"/> to <paramref name="last"/> into a rule that is called several times.</summary>
    private int AddCounted(RepeatTerm repeat, int from, int first, int last)
    {
        _nodes[from].Next.Remove(first);
        _nodes[last].IsEnd = true;
        int to = AddNode();
        if (repeat.Most is { } most)
        {
            AddCall(Branch(from), new CallSite { Start = first, Return = to, Least = repeat.Least, Most = most });
            return to;
        }

        AddCall(Branch(from), new CallSite { Start = first, Return = to, Least = repeat.Least, Most = repeat.Least });
        AddCall(Branch(to), new CallSite { Start = first, Return = to });
        int after = AddNode();
        _nodes[to].Next.Add(after);
        return after;
    }

    private int AddCall(int from, CallSite site)
    {
        int caller = Branch(from);
        _nodes[caller].Call = site;
        return site.Return;
    }

    private int AddAutomaton(TextAutomaton automaton, int from, bool quoted)
    {
        int[] nodes = [.. automaton.States.Select(_ => AddNode())];
        int to = AddNode();
        _nodes[from].Next.Add(nodes[0]);
        for (int i = 0; i < nodes.Length; i++)
        {
            foreach ((CodePointSet set, int target) in automaton.States[i].Edges)
            {
                AddCharacters(set, nodes[i], nodes[target], quoted);
            }

            if (automaton.States[i].Accepts)
            {
                _nodes[nodes[i]].Next.Add(to);
            }
        }

        return to;
    }

    private int Branch(int from)
    {
        int node = AddNode();
        _nodes[from].Next.Add(node);
        return node;
    }
}
