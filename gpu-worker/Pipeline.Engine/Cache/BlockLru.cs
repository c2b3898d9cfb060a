namespace Pipeline.Engine.Cache;

/// <summary>Blocks in the order in which nobody used them any more. All operations are O(1) and allocate nothing.</summary>
internal sealed class BlockLru
{
    private readonly int[] _next;
    private readonly int[] _previous;
    private readonly int _end;

    /// <summary>Makes an empty list for blocks 0 to <paramref name="blockCount"/> - 1.</summary>
    public BlockLru(int blockCount)
    {
        // A ring: its last element is both before the oldest and after the newest. -1: not in the list.
        _end = blockCount;
        _next = new int[blockCount + 1];
        _previous = new int[blockCount + 1];
        Array.Fill(_next, -1);
        _next[_end] = _previous[_end] = _end;
    }

    /// <summary>Number of blocks in the list.</summary>
    public int Count { get; private set; }

    /// <summary>Whether a block is in the list.</summary>
    public bool Contains(int block) => _next[block] >= 0;

    /// <summary>Adds a block as the newest. It must not be in the list.</summary>
    public void Add(int block)
    {
        int newest = _previous[_end];
        _next[newest] = block;
        _previous[block] = newest;
        _next[block] = _end;
        _previous[_end] = block;
        Count++;
    }

    /// <summary>Takes a block out. It must be in the list.</summary>
    public void Remove(int block)
    {
        _next[_previous[block]] = _next[block];
        _previous[_next[block]] = _previous[block];
        _next[block] = -1;
        Count--;
    }

    /// <summary>Takes the oldest block out. The list must not be empty.</summary>
    public int RemoveOldest()
    {
        int block = _next[_end];
        Remove(block);
        return block;
    }
}
