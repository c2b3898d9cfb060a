using System.Runtime.InteropServices;

namespace Pipeline.Engine.Cache;

/// <summary>
/// All blocks of the KV cache. A block is free (no contents worth keeping), cached (keyed contents that
/// nobody uses) or used (its reference count is above zero). Not thread-safe.
/// </summary>
/// <remarks>
/// Only full blocks are ever shared, and a full block is never written again: so there is no copy on write.
/// Cached blocks that a waiting sequence begins with are given up last: its prefix stays until its last sharer has run.
/// Blocks that follow each other in a sequence follow each other in memory where that costs nothing: whoever reads them
/// one after the other then reads memory as it lies, which processors do far faster than finding a page for each block.
/// </remarks>
internal sealed class BlockPool
{
    private readonly int[] _references;
    private readonly BlockLru _free;
    private readonly BlockLru _unused;
    private readonly BlockLru _awaited;
    private readonly HashSet<int> _bad = [];
    private readonly List<int> _toClear = [];

    /// <summary>Makes a pool of <paramref name="count"/> free blocks.</summary>
    public BlockPool(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        _references = new int[count];
        _free = new BlockLru(count);
        for (int block = 0; block < count; block++)
        {
            _free.Add(block);
        }

        _unused = new BlockLru(count);
        _awaited = new BlockLru(count);
        Prefixes = new PrefixCache(count);
    }

    /// <summary>The keys of full blocks.</summary>
    public PrefixCache Prefixes { get; }

    /// <summary>Number of blocks.</summary>
    public int Total => _references.Length;

    /// <summary>Blocks that hold nothing worth keeping.</summary>
    public int Free => _free.Count;

    /// <summary>Blocks that nobody uses but whose contents can still be found.</summary>
    public int Cached => _unused.Count + _awaited.Count;

    /// <summary>Cached blocks that somebody waits for.</summary>
    public int Awaited => _awaited.Count;

    /// <summary>Blocks that can be had: free ones, and cached ones by forgetting them.</summary>
    public int Available => Free + Cached;

    /// <summary>
    /// Takes blocks for one user: free ones, the one behind the last of <paramref name="blocks"/> before all others; then
    /// those unused for longest, which are forgotten; those that somebody waits for only when there are no others.
    /// </summary>
    /// <param name="blocks">The user's blocks; what is taken is added to them, in ascending order.</param>
    /// <param name="count">How many to take.</param>
    /// <exception cref="InvalidOperationException">There are not as many; none is taken.</exception>
    public void Allocate(List<int> blocks, int count)
    {
        if (count > Available)
        {
            throw new InvalidOperationException($"The KV cache has {Available} blocks left, not {count}.");
        }

        int first = blocks.Count, last = first > 0 ? blocks[^1] : -1;
        for (; count > 0; count--)
        {
            last = TakeOne(last + 1);
            _references[last] = 1;
            blocks.Add(last);
        }

        // Blocks come back from their last to their first, and so are unused for longest in descending order.
        CollectionsMarshal.AsSpan(blocks)[first..].Sort();
    }

    /// <summary>Adds a user to a block that is used or cached.</summary>
    public void Share(int block)
    {
        if (_references[block]++ == 0)
        {
            (_awaited.Contains(block) ? _awaited : _unused).Remove(block);
        }
    }

    /// <summary>Takes a user off a block. The last one leaves it cached when it has a key, else free.</summary>
    public void Release(int block)
    {
        if (_references[block] <= 0)
        {
            throw new CacheIntegrityException($"Block {block} was released more often than used.");
        }

        if (--_references[block] > 0)
        {
            return;
        }

        if (Prefixes.Knows(block))
        {
            (Prefixes.IsAwaited(block) ? _awaited : _unused).Add(block);
            return;
        }

        _free.Add(block);
        if (_bad.Count > 0 && _bad.Remove(block))
        {
            _toClear.Add(block);
        }
    }

    /// <summary>Notes that one more waiting sequence begins with a key's contents.</summary>
    public void Await(UInt128 key)
    {
        int block = Prefixes.AddWaiting(key);
        if (block >= 0 && _unused.Contains(block))
        {
            _unused.Remove(block);
            _awaited.Add(block);
        }
    }

    /// <summary>Takes back an <see cref="Await"/>.</summary>
    public void AwaitNoMore(UInt128 key)
    {
        int block = Prefixes.RemoveWaiting(key);
        if (block >= 0 && _awaited.Contains(block))
        {
            _awaited.Remove(block);
            _unused.Add(block);
        }
    }

    /// <summary>
    /// Notes that a used block's contents may be no numbers: nobody finds it any more, and once its last user
    /// is gone it is to be cleared.
    /// </summary>
    public void MarkBad(int block)
    {
        Prefixes.Forget(block);
        _bad.Add(block);
    }

    /// <summary>Free blocks to be cleared before anything is computed. Each is told once.</summary>
    public IReadOnlyCollection<int> TakeBlocksToClear()
    {
        if (_toClear.Count == 0)
        {
            return [];
        }

        int[] blocks = [.. _toClear];
        _toClear.Clear();
        return blocks;
    }

    /// <summary>Throws unless every block is in exactly one state and has as many references as users.</summary>
    /// <param name="tables">The blocks of every user.</param>
    public void CheckIntegrity(IEnumerable<IReadOnlyList<int>> tables)
    {
        int[] users = new int[Total];
        foreach (int block in tables.SelectMany(table => table))
        {
            users[block]++;
        }

        int used = _references.Count(count => count > 0);
        if (Free + Cached + used != Total)
        {
            throw new CacheIntegrityException(
                $"Blocks: {Free} free + {Cached} cached + {used} used != {Total}.");
        }

        for (int block = 0; block < Total; block++)
        {
            bool idle = _references[block] == 0;
            bool cached = idle && Prefixes.Knows(block), awaited = cached && Prefixes.IsAwaited(block);
            if (users[block] != _references[block] || _unused.Contains(block) != (cached && !awaited)
                || _awaited.Contains(block) != awaited || _free.Contains(block) != (idle && !cached))
            {
                throw new CacheIntegrityException(
                    $"Block {block}: {_references[block]} references, {users[block]} users, unused {_unused.Contains(block)}, "
                    + $"awaited {_awaited.Contains(block)}, free {_free.Contains(block)}.");
            }
        }

        Prefixes.CheckIntegrity();
    }

    private int TakeOne(int wanted)
    {
        if (_free.Count > 0)
        {
            if (wanted == Total || !_free.Contains(wanted))
            {
                return _free.RemoveOldest();
            }

            _free.Remove(wanted);
            return wanted;
        }

        int block = (_unused.Count > 0 ? _unused : _awaited).RemoveOldest();
        Prefixes.Forget(block);
        return block;
    }
}
