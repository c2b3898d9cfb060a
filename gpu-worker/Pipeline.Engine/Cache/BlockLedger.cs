namespace Pipeline.Engine.Cache;

/// <summary>Gives sequences their blocks and takes them back. Not thread-safe.</summary>
internal sealed class BlockLedger(BlockPool pool, int blockSize, bool prefixCaching)
{
    /// <summary>The blocks given out.</summary>
    public BlockPool Pool => pool;

    /// <summary>Tokens in a block.</summary>
    public int BlockSize => blockSize;

    /// <summary>Blocks that <paramref name="tokens"/> tokens take.</summary>
    public int BlocksFor(int tokens) => (tokens + blockSize - 1) / blockSize;

    /// <summary>
    /// Gives an empty table the cached blocks that hold the longest known prefix of <paramref name="tokens"/>.
    /// The last token is never among them: it has to be computed, since its output is what comes next.
    /// </summary>
    /// <returns>Tokens that need no computing: a multiple of the block size.</returns>
    public int TakeCachedPrefix(BlockTable table, ReadOnlySpan<int> tokens)
    {
        if (!prefixCaching)
        {
            return 0;
        }

        int full = (tokens.Length - 1) / blockSize;
        for (int i = 0; i < full && pool.Prefixes.TryFind(table.Key(i, tokens, blockSize), out int block); i++)
        {
            pool.Share(block);
            table.Blocks.Add(block);
        }

        table.Registered = table.Blocks.Count;
        return table.Blocks.Count * blockSize;
    }

    /// <summary>Whether <see cref="Grow"/> to that many tokens would succeed.</summary>
    public bool CanGrow(BlockTable table, int tokens) =>
        BlocksFor(tokens) - table.Blocks.Count <= pool.Available;

    /// <summary>Adds blocks until the table has room for <paramref name="tokens"/> tokens.</summary>
    public void Grow(BlockTable table, int tokens)
    {
        for (int missing = BlocksFor(tokens) - table.Blocks.Count; missing > 0; missing--)
        {
            table.Blocks.Add(pool.Allocate());
        }
    }

    /// <summary>
    /// Makes the blocks that the first <paramref name="count"/> tokens fill known to later sequences. Called
    /// when a step is planned: within a step all keys and values of a layer are written before any is read, so
    /// that even sequences of the same step may share them.
    /// </summary>
    public void Register(BlockTable table, ReadOnlySpan<int> tokens, int count)
    {
        if (!prefixCaching)
        {
            return;
        }

        for (; table.Registered < count / blockSize; table.Registered++)
        {
            pool.Prefixes.Register(table.Key(table.Registered, tokens, blockSize), table.Blocks[table.Registered]);
        }
    }

    /// <summary>Takes all blocks back, the last first: so that of a prefix its tail is forgotten first.</summary>
    public void Release(BlockTable table)
    {
        for (int i = table.Blocks.Count - 1; i >= 0; i--)
        {
            pool.Release(table.Blocks[i]);
        }

        table.Blocks.Clear();
        table.Registered = 0;
    }

    /// <summary>Takes all blocks back and makes sure that nobody finds their contents again.</summary>
    public void Discard(BlockTable table)
    {
        table.Blocks.ForEach(pool.MarkBad);
        Release(table);
    }
}
