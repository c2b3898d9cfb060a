using System.Runtime.InteropServices;

namespace Pipeline.Engine.Grammar.Automata;

/// <summary>
/// Reads bytes against a graph. Configurations are made when they are first reached, and kept: reading is then one look
/// into a table a byte, however nested the text. Thread-safe.
/// </summary>
/// <remarks>
/// The subset construction of regular expressions, done as it is needed, over nodes with stacks. Memory is bounded: when what
/// is kept has grown beyond the limit a new generation begins, and what is still used is brought over (<see cref="Renew"/>).
/// </remarks>
internal sealed class PushdownAutomaton
{
    private readonly Graph _graph;
    private readonly ByteClasses _classes;
    private readonly long _mostBytes;
    private readonly Lock _gate = new();
    private readonly Dictionary<(CallSite Site, int Count, int Parent), Frame> _frames = [];
    private readonly HashSet<Configuration> _configurations = new(new ConfigurationComparer());
    private Configuration _start;
    private long _bytes;
    private int _frameIds;

    /// <param name="graph">What to read.</param>
    /// <param name="mostBytes">About how much memory what is found out may take.</param>
    public PushdownAutomaton(Graph graph, long mostBytes)
    {
        _graph = graph;
        _classes = new ByteClasses(graph);
        _mostBytes = mostBytes;
        _start = MakeStart();
    }

    /// <summary>Where every text begins.</summary>
    public Configuration Start => Volatile.Read(ref _start);

    /// <summary>Which generation is current.</summary>
    public int Generation { get; private set; } = 1;

    /// <summary>About how much memory what was found out takes, in bytes.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Goes on by a byte.</summary>
    /// <returns>Where that leads; <see cref="Configuration.Dead"/> where the byte cannot come.</returns>
    public Configuration Step(Configuration from, byte value) => from.Next[_classes[value]] ?? Find(from, value);

    /// <summary>Goes on by bytes.</summary>
    /// <inheritdoc cref="Step"/>
    public Configuration Read(Configuration from, ReadOnlySpan<byte> bytes)
    {
        Configuration at = from;
        for (int i = 0; i < bytes.Length && at != Configuration.Dead; i++)
        {
            at = Step(at, bytes[i]);
        }

        return at;
    }

    /// <summary>The only byte that can come next; null where several can, or the text may end.</summary>
    public byte? OnlyByte(Configuration at)
    {
        byte? only = null;
        foreach (Position position in at.Positions)
        {
            foreach (ByteEdge edge in _graph.Nodes[position.Node].Edges)
            {
                if (at.MayEnd || edge.Low != edge.High || (only is { } other && other != edge.Low))
                {
                    return null;
                }

                only = edge.Low;
            }
        }

        return only;
    }

    /// <summary>The same configuration in the current generation.</summary>
    public Configuration Renew(Configuration old)
    {
        if (old.Generation == Generation || old == Configuration.Dead)
        {
            return old;
        }

        lock (_gate)
        {
            return Keep([.. old.Positions.ToArray().Select(position => position with { Frame = Rebuild(position.Frame, frame => frame.Count) })], old.MayEnd);
        }
    }

    /// <summary>
    /// A configuration that goes on just the same for the next <paramref name="horizon"/> bytes: of repetitions that are far
    /// from their least and most there is one for many counts.
    /// </summary>
    public Configuration Alike(Configuration at, int horizon)
    {
        bool counted = false;
        foreach (Position position in at.Positions)
        {
            for (Frame? frame = position.Frame; frame is not null && !counted; frame = frame.Parent)
            {
                counted = AlikeCount(frame, horizon) != frame.Count;
            }
        }

        if (!counted)
        {
            return at;
        }

        lock (_gate)
        {
            return Keep([.. at.Positions.ToArray().Select(position => position with { Frame = Rebuild(position.Frame, frame => AlikeCount(frame, horizon)) }).Distinct()], at.MayEnd);
        }
    }

    /// <summary>Counts memory that is kept in notes of configurations.</summary>
    public void AddBytes(long bytes)
    {
        if (Interlocked.Add(ref _bytes, bytes) > _mostBytes)
        {
            lock (_gate)
            {
                BeginGeneration();
            }
        }
    }

    private static int AlikeCount(Frame frame, int horizon)
    {
        CallSite site = frame.Site;
        return frame.Count >= site.Least && site.Most - frame.Count > horizon ? Math.Max(site.Least, 0)
            : site.Least - frame.Count > horizon ? 0
            : frame.Count;
    }

    private Configuration Find(Configuration from, byte value)
    {
        lock (_gate)
        {
            if (from.Next[_classes[value]] is { } found)
            {
                return found;
            }

            var closure = new Closure(this);
            foreach (Position position in from.Positions)
            {
                foreach (ByteEdge edge in _graph.Nodes[position.Node].Edges)
                {
                    if (edge.Low <= value && value <= edge.High)
                    {
                        closure.Add(edge.Target, position.Frame);
                    }
                }
            }

            Configuration to = closure.IsEmpty ? Configuration.Dead : Keep(closure.Positions, closure.MayEnd);
            Volatile.Write(ref from.Next[_classes[value]], to);
            return to;
        }
    }

    private Configuration MakeStart()
    {
        var closure = new Closure(this);
        closure.Add(_graph.Start, null);
        return Keep(closure.Positions, closure.MayEnd);
    }

    private Configuration Keep(Position[] positions, bool mayEnd)
    {
        Array.Sort(positions, (a, b) => a.Node != b.Node ? a.Node.CompareTo(b.Node) : (a.Frame?.Id ?? 0).CompareTo(b.Frame?.Id ?? 0));
        var candidate = new Configuration(positions, mayEnd, _classes.Count, Generation);
        if (_configurations.TryGetValue(candidate, out Configuration? known))
        {
            return known;
        }

        _configurations.Add(candidate);
        Interlocked.Add(ref _bytes, 120 + (8 * _classes.Count) + (16 * positions.Length));
        return candidate;
    }

    private Frame MakeFrame(CallSite site, int count, Frame? parent)
    {
        ref Frame? frame = ref CollectionsMarshal.GetValueRefOrAddDefault(_frames, (site, count, parent?.Id ?? 0), out bool known);
        if (!known)
        {
            frame = new Frame(site, count, parent, ++_frameIds);
            Interlocked.Add(ref _bytes, 100);
        }

        return frame!;
    }

    /// <summary>The same stack with other counts; from the bottom, and without recursion, for stacks may be as deep as texts are long.</summary>
    private Frame? Rebuild(Frame? top, Func<Frame, int> count)
    {
        var frames = new Stack<Frame>();
        for (Frame? frame = top; frame is not null; frame = frame.Parent)
        {
            frames.Push(frame);
        }

        Frame? built = null;
        foreach (Frame frame in frames)
        {
            built = MakeFrame(frame.Site, count(frame), built);
        }

        return built;
    }

    private void BeginGeneration()
    {
        if (Bytes <= _mostBytes)
        {
            return;
        }

        _frames.Clear();
        _configurations.Clear();
        Interlocked.Exchange(ref _bytes, 0);
        Generation++;
        Volatile.Write(ref _start, MakeStart());
    }

    /// <summary>Everywhere that one gets to from some nodes without reading a byte.</summary>
    private sealed class Closure(PushdownAutomaton automaton)
    {
        private readonly HashSet<Position> _seen = [];
        private readonly Stack<Position> _open = new();
        private readonly List<Position> _positions = [];

        public bool MayEnd { get; private set; }

        public bool IsEmpty => _positions.Count == 0 && !MayEnd;

        public Position[] Positions => [.. _positions];

        public void Add(int node, Frame? frame)
        {
            Visit(node, frame);
            while (_open.TryPop(out Position at))
            {
                Expand(at);
            }
        }

        private void Expand(Position at)
        {
            GraphNode node = automaton._graph.Nodes[at.Node];
            if (node.Edges.Count > 0)
            {
                _positions.Add(at);
            }

            foreach (int next in node.Next)
            {
                Visit(next, at.Frame);
            }

            if (node.Call is { } call)
            {
                Visit(call.Start, call.IsTail ? at.Frame : automaton.MakeFrame(call, 0, at.Frame));
                if (call.Least == 0)
                {
                    Visit(call.Return, at.Frame);
                }
            }

            if (node.IsEnd)
            {
                Leave(at.Frame);
            }
        }

        private void Leave(Frame? frame)
        {
            if (frame is null)
            {
                MayEnd = true;
                return;
            }

            int count = frame.Count + 1;
            if (count < frame.Site.Most)
            {
                Visit(frame.Site.Start, automaton.MakeFrame(frame.Site, count, frame.Parent));
            }

            if (count >= frame.Site.Least)
            {
                Visit(frame.Site.Return, frame.Parent);
            }
        }

        private void Visit(int node, Frame? frame)
        {
            var position = new Position(node, frame);
            if (_seen.Add(position))
            {
                _open.Push(position);
            }
        }
    }
}
