namespace Pipeline.Engine.Cache;

/// <summary>Gives sequences their blocks and takes them back. Not thread-safe.</summary>
internal sealed class BlockLedger(BlockPool pool, int blockSize, bool prefixCaching)
{
    // Seven blocks more than the one needed are a run that a processor reads nearly as fast as memory in order. No sequence
    // takes more than a small part of what there is, so that the few of a full or small pool go to those that need them now.
    private const int MostAhead = 7, PartAhead = 128;

    /// <summary>The blocks given out.</summary>
    public BlockPool Pool => pool;

    /// <summary>Tokens in a block.</summary>
    public int BlockSize => blockSize;

    /// <summary>Blocks that <paramref name="tokens"/> tokens take.</summary>
    public int BlocksFor(int tokens) => (tokens + blockSize - 1) / blockSize;

    /// <summary>
    /// Notes that a sequence without blocks waits for all full blocks that it could share, so that cached ones are kept for
    /// it as long as there are others to give up.
    /// </summary>
    public void Await(BlockTable table, ReadOnlySpan<int> tokens)
    {
        if (!prefixCaching)
        {
            return;
        }

        // From the last: of what is moved to the kept ones the tail is to be given up first.
        table.Awaited = Shareable(tokens);
        for (int i = table.Awaited - 1; i >= 0; i--)
        {
            pool.Await(table.Key(i, tokens, blockSize));
        }
    }

    /// <summary>Takes back an <see cref="Await"/>.</summary>
    public void AwaitNoMore(BlockTable table)
    {
        for (; table.Awaited > 0; table.Awaited--)
        {
            pool.AwaitNoMore(table.KnownKey(table.Awaited - 1));
        }
    }

    /// <summary>
    /// How many of the leading blocks that a waiting sequence could share are cached. Quick when <paramref name="guess"/>,
    /// say an earlier answer, is near.
    /// </summary>
    /// <param name="table">A table that waits.</param>
    /// <param name="guess">From 0 to the table's <see cref="BlockTable.Awaited"/>.</param>
    /// <param name="next">What is known about the first one that is not cached; empty when all are.</param>
    public int CountCached(BlockTable table, int guess, out PrefixEntry next)
    {
        while (guess > 0 && pool.Prefixes.Find(table.KnownKey(guess - 1)).Block < 0)
        {
            guess--;
        }

        next = default;
        while (guess < table.Awaited && (next = pool.Prefixes.Find(table.KnownKey(guess))).Block >= 0)
        {
            guess++;
        }

        next = guess < table.Awaited ? next : default;
        return guess;
    }

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

        int full = Shareable(tokens);
        for (int i = 0; i < full && pool.Prefixes.Find(table.Key(i, tokens, blockSize)) is { Block: >= 0 } entry; i++)
        {
            pool.Share(entry.Block);
            table.Blocks.Add(entry.Block);
        }

        table.Registered = table.Announced = table.Blocks.Count;
        return table.Blocks.Count * blockSize;
    }

    /// <summary>
    /// Notes that a running sequence is about to compute the full blocks that it holds tokens for, so that others wait for
    /// them rather than compute them too.
    /// </summary>
    public void Announce(BlockTable table, ReadOnlySpan<int> tokens)
    {
        if (!prefixCaching)
        {
            return;
        }

        for (int full = Shareable(tokens); table.Announced < full; table.Announced++)
        {
            pool.Prefixes.AddComing(table.Key(table.Announced, tokens, blockSize));
        }
    }

    /// <summary>Whether <see cref="Grow"/> to that many tokens would succeed.</summary>
    public bool CanGrow(BlockTable table, int tokens) =>
        BlocksFor(tokens) - table.Blocks.Count <= pool.Available;

    /// <summary>
    /// Adds blocks until the table has room for <paramref name="tokens"/> tokens. While there are plenty, it takes a few more
    /// that the table is going to need: one at a time, the blocks of sequences that grow together would lie between each
    /// other's.
    /// </summary>
    /// <param name="table">The table.</param>
    /// <param name="tokens">Tokens that it needs room for now.</param>
    /// <param name="most">Tokens that it may come to hold, if it is known to grow on.</param>
    public void Grow(BlockTable table, int tokens, int most = 0)
    {
        int missing = BlocksFor(tokens) - table.Blocks.Count;
        if (missing > 0)
        {
            int ahead = Math.Clamp(BlocksFor(most) - BlocksFor(tokens), 0, Math.Clamp((pool.Available - missing) / PartAhead, 0, MostAhead));
            pool.Allocate(table.Blocks, missing + ahead);
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

        for (int full = count / blockSize; table.Registered < full; table.Registered++)
        {
            UInt128 key = table.Key(table.Registered, tokens, blockSize);
            pool.Prefixes.Register(key, table.Blocks[table.Registered]);
            if (table.Registered < table.Announced)
            {
                pool.Prefixes.RemoveComing(key);
            }
        }
    }

    /// <summary>Takes all blocks back, the last first: so that of a prefix its tail is forgotten first.</summary>
    public void Release(BlockTable table)
    {
        for (; table.Announced > table.Registered; table.Announced--)
        {
            pool.Prefixes.RemoveComing(table.KnownKey(table.Announced - 1));
        }

        for (int i = table.Blocks.Count - 1; i >= 0; i--)
        {
            pool.Release(table.Blocks[i]);
        }

        table.Blocks.Clear();
        table.Registered = table.Announced = 0;
    }

    /// <summary>Takes all blocks back and makes sure that nobody finds their contents again.</summary>
    public void Discard(BlockTable table)
    {
        table.Blocks.ForEach(pool.MarkBad);
        Release(table);
    }

    /// <summary>Throws unless as many sequences are counted for each key as wait for it or are about to compute it.</summary>
    /// <param name="tables">Those of all sequences.</param>
    public void CheckIntegrity(IReadOnlyCollection<BlockTable> tables)
    {
        pool.CheckIntegrity(tables.Select(table => table.Blocks));
        Dictionary<UInt128, int> waiting = Count(tables, _ => 0, table => table.Awaited);
        Dictionary<UInt128, int> coming = Count(tables, table => table.Registered, table => table.Announced);
        foreach ((UInt128 key, PrefixEntry entry) in pool.Prefixes.Entries)
        {
            if (waiting.GetValueOrDefault(key) != entry.Waiting || coming.GetValueOrDefault(key) != entry.Coming)
            {
                throw new CacheIntegrityException(
                    $"A key has {entry.Waiting} waiting and {entry.Coming} coming in the books, "
                    + $"{waiting.GetValueOrDefault(key)} and {coming.GetValueOrDefault(key)} in truth.");
            }
        }

        if (waiting.Keys.Concat(coming.Keys).Any(key => !pool.Prefixes.Entries.ContainsKey(key)))
        {
            throw new CacheIntegrityException("Somebody waits for a key, or is about to compute it, that the books do not have.");
        }
    }

    private static Dictionary<UInt128, int> Count(
        IEnumerable<BlockTable> tables, Func<BlockTable, int> from, Func<BlockTable, int> to) =>
        tables.SelectMany(table => Enumerable.Range(from(table), Math.Max(0, to(table) - from(table))).Select(table.KnownKey))
            .CountBy(key => key).ToDictionary();

    /// <summary>Full blocks that may come from the cache: not the last token's, which has to be computed.</summary>
    private int Shareable(ReadOnlySpan<int> tokens) => (tokens.Length - 1) / blockSize;
}
