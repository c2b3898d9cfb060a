using System.Runtime.InteropServices;

namespace Pipeline.Engine.Cache;

/// <summary>
/// Which block holds what: full blocks by key, and who waits for a key's contents or is about to compute them. A block has
/// at most one key, a key at most one block.
/// </summary>
internal sealed class PrefixCache(int blockCount)
{
    private readonly Dictionary<UInt128, PrefixEntry> _entries = new(blockCount);
    private readonly UInt128[] _keys = new UInt128[blockCount];
    private readonly bool[] _keyed = new bool[blockCount];

    /// <summary>All that is known, by key.</summary>
    public IReadOnlyDictionary<UInt128, PrefixEntry> Entries => _entries;

    /// <summary>Whether a block has a key, and so is worth keeping when nobody uses it.</summary>
    public bool Knows(int block) => _keyed[block];

    /// <summary>Whether a block has a key and somebody waits for it.</summary>
    public bool IsAwaited(int block) => _keyed[block] && _entries[_keys[block]].Waiting > 0;

    /// <summary>What is known about a key; an empty entry when nothing is.</summary>
    public PrefixEntry Find(UInt128 key) => _entries.GetValueOrDefault(key);

    /// <summary>
    /// Gives a block its key. When another block has it already (two sequences computed the same tokens), or
    /// the block has a key, nothing changes: the copy stays private and goes when it is released.
    /// </summary>
    public void Register(UInt128 key, int block)
    {
        if (_keyed[block])
        {
            return;
        }

        ref PrefixEntry entry = ref CollectionsMarshal.GetValueRefOrAddDefault(_entries, key, out _);
        if (entry.Block < 0)
        {
            entry.Block = block;
            _keys[block] = key;
            _keyed[block] = true;
        }
    }

    /// <summary>Takes a block's key away, if it has one.</summary>
    public void Forget(int block)
    {
        if (_keyed[block])
        {
            _keyed[block] = false;
            Change(_keys[block], static (ref PrefixEntry entry) => entry.Block = -1);
        }
    }

    /// <summary>Counts one more waiting sequence that begins with a key's contents.</summary>
    /// <returns>The block that has been awaited only since now, or -1.</returns>
    public int AddWaiting(UInt128 key)
    {
        ref PrefixEntry entry = ref CollectionsMarshal.GetValueRefOrAddDefault(_entries, key, out _);
        return entry.Waiting++ == 0 ? entry.Block : -1;
    }

    /// <summary>Takes back an <see cref="AddWaiting"/>.</summary>
    /// <returns>The block that nobody waits for any more, or -1.</returns>
    public int RemoveWaiting(UInt128 key)
    {
        PrefixEntry left = Change(key, static (ref PrefixEntry entry) => entry.Waiting--);
        return left.Waiting == 0 ? left.Block : -1;
    }

    /// <summary>Counts one more running sequence that is about to compute a key's contents.</summary>
    public void AddComing(UInt128 key) => CollectionsMarshal.GetValueRefOrAddDefault(_entries, key, out _).Coming++;

    /// <summary>Takes back an <see cref="AddComing"/>.</summary>
    public void RemoveComing(UInt128 key) => Change(key, static (ref PrefixEntry entry) => entry.Coming--);

    /// <summary>Throws unless keys and blocks point at each other, and no count is negative.</summary>
    public void CheckIntegrity()
    {
        int keyed = _keyed.Count(k => k), found = 0;
        foreach ((UInt128 key, PrefixEntry entry) in _entries)
        {
            found += entry.Block >= 0 ? 1 : 0;
            if ((entry.Block >= 0 && (!_keyed[entry.Block] || _keys[entry.Block] != key))
                || entry.IsEmpty || entry.Waiting < 0 || entry.Coming < 0)
            {
                throw new CacheIntegrityException(
                    $"Prefix cache: a key has block {entry.Block}, {entry.Waiting} waiting for it, {entry.Coming} computing it.");
            }
        }

        if (found != keyed)
        {
            throw new CacheIntegrityException($"Prefix cache: {found} keys have blocks, {keyed} blocks have keys.");
        }
    }

    private delegate void EntryChange(ref PrefixEntry entry);

    /// <summary>Changes the entry of a known key, and drops it when nothing is left of it.</summary>
    private PrefixEntry Change(UInt128 key, EntryChange change)
    {
        ref PrefixEntry entry = ref CollectionsMarshal.GetValueRefOrNullRef(_entries, key);
        if (System.Runtime.CompilerServices.Unsafe.IsNullRef(ref entry))
        {
            throw new CacheIntegrityException("Prefix cache: what was counted for a key is gone.");
        }

        change(ref entry);
        PrefixEntry left = entry;
        if (left.IsEmpty)
        {
            _entries.Remove(key);
        }

        return left;
    }
}
