using Pipeline.Tokenization.Requests;

namespace Pipeline.Engine.Grammar.Masks;

/// <summary>Compiled grammars, the last used first. What is asked for by several at once is compiled once. Thread-safe.</summary>
/// <param name="mostBytes">About how much memory they may take together; what is in use lives on outside.</param>
internal sealed class GrammarCache(long mostBytes)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<(Key Key, Lazy<CompiledGrammar> Grammar)> _used = new();
    private readonly Dictionary<Key, LinkedListNode<(Key Key, Lazy<CompiledGrammar> Grammar)>> _known = [];

    /// <summary>How many there are.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _known.Count;
            }
        }
    }

    /// <summary>The grammar of a description; compiled if there is none. One that cannot be compiled is not kept.</summary>
    public CompiledGrammar Get(Key key, Func<CompiledGrammar> compile)
    {
        Lazy<CompiledGrammar> grammar = Find(key, compile);
        try
        {
            CompiledGrammar found = grammar.Value;
            Trim();
            return found;
        }
        catch (GrammarException)
        {
            Forget(key, grammar);
            throw;
        }
    }

    private Lazy<CompiledGrammar> Find(Key key, Func<CompiledGrammar> compile)
    {
        lock (_gate)
        {
            if (_known.TryGetValue(key, out LinkedListNode<(Key Key, Lazy<CompiledGrammar> Grammar)>? node))
            {
                _used.Remove(node);
                _used.AddFirst(node);
            }
            else
            {
                _known.Add(key, node = _used.AddFirst((key, new Lazy<CompiledGrammar>(compile))));
            }

            return node.Value.Grammar;
        }
    }

    private void Forget(Key key, Lazy<CompiledGrammar> grammar)
    {
        lock (_gate)
        {
            if (_known.TryGetValue(key, out LinkedListNode<(Key Key, Lazy<CompiledGrammar> Grammar)>? node) && node.Value.Grammar == grammar)
            {
                _used.Remove(node);
                _known.Remove(key);
            }
        }
    }

    private void Trim()
    {
        lock (_gate)
        {
            long bytes = _used.Where(entry => entry.Grammar.IsValueCreated).Sum(entry => entry.Grammar.Value.Bytes);
            while (bytes > mostBytes && _used.Count > 1)
            {
                (Key key, Lazy<CompiledGrammar> grammar) = _used.Last!.Value;
                bytes -= grammar.IsValueCreated ? grammar.Value.Bytes : 0;
                _known.Remove(key);
                _used.RemoveLast();
            }
        }
    }

    /// <summary>A description, and what may stand before what it describes or in its place.</summary>
    internal readonly record struct Key(StructuredOutputKind Kind, string Text, bool IsCompact, bool FollowsThoughts, OfferedCalls? Calls = null);
}
