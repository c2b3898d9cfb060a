namespace Pipeline.Engine.Cache;

/// <summary>Which block holds what: full blocks by key. A block has at most one key, a key at most one block.</summary>
internal sealed class PrefixCache(int blockCount)
{
    private readonly Dictionary<UInt128, int> _blocks = [];
    private readonly UInt128[] _keys = new UInt128[blockCount];
    private readonly bool[] _keyed = new bool[blockCount];

    /// <summary>Number of blocks that have a key.</summary>
    public int Count => _blocks.Count;

    /// <summary>Whether a block has a key, and so is worth keeping when nobody uses it.</summary>
    public bool Knows(int block) => _keyed[block];

    /// <summary>Finds the block of a key.</summary>
    public bool TryFind(UInt128 key, out int block) => _blocks.TryGetValue(key, out block);

    /// <summary>
    /// Gives a block its key. When another block has it already (two sequences computed the same tokens), or
    /// the block has a key, nothing changes: the copy stays private and goes when it is released.
    /// </summary>
    public void Register(UInt128 key, int block)
    {
        if (!_keyed[block] && _blocks.TryAdd(key, block))
        {
            _keys[block] = key;
            _keyed[block] = true;
        }
    }

    /// <summary>Takes a block's key away, if it has one.</summary>
    public void Forget(int block)
    {
        if (_keyed[block])
        {
            _blocks.Remove(_keys[block]);
            _keyed[block] = false;
        }
    }

    /// <summary>Throws unless keys and blocks point at each other.</summary>
    public void CheckIntegrity()
    {
        int count = _keyed.Count(k => k);
        if (count != _blocks.Count || _blocks.Any(b => !_keyed[b.Value] || _keys[b.Value] != b.Key))
        {
            throw new CacheIntegrityException($"Prefix cache: {_blocks.Count} keys, {count} keyed blocks.");
        }
    }
}
