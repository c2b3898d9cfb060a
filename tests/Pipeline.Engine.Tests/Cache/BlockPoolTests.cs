using Pipeline.Engine.Cache;

namespace Pipeline.Engine.Tests.Cache;

public sealed class BlockPoolTests
{
    [Fact]
    public void The_tail_of_the_prefix_unused_for_longest_is_forgotten_first()
    {
        BlockPool pool = new(6);
        BlockLedger ledger = new(pool, 2, prefixCaching: true);
        BlockTable older = Filled(ledger, [1, 2, 3, 4, 5, 6]), newer = Filled(ledger, [7, 8, 9, 10, 11, 12]);
        int[] olderBlocks = [.. older.Blocks], newerBlocks = [.. newer.Blocks];
        ledger.Release(older);
        ledger.Release(newer);
        Assert.Equal((0, 6), (pool.Free, pool.Cached));
        Assert.Equal(
            (int[])[.. olderBlocks.Reverse(), .. newerBlocks.Reverse()],
            Enumerable.Range(0, 6).Select(_ => pool.Allocate()));
    }

    [Fact]
    public void A_cached_prefix_is_taken_up_to_the_last_token_and_counted_per_user()
    {
        BlockPool pool = new(8);
        BlockLedger ledger = new(pool, 2, prefixCaching: true);
        BlockTable first = Filled(ledger, [1, 2, 3, 4]);
        BlockTable same = new(""), longer = new(""), salted = new("tenant");
        Assert.Equal(2, ledger.TakeCachedPrefix(same, [1, 2, 3, 4]));
        Assert.Equal(4, ledger.TakeCachedPrefix(longer, [1, 2, 3, 4, 9]));
        Assert.Equal(0, ledger.TakeCachedPrefix(salted, [1, 2, 3, 4, 9]));
        pool.CheckIntegrity([first.Blocks, same.Blocks, longer.Blocks]);
        ledger.Release(first);
        ledger.Release(longer);
        Assert.Equal(1, pool.Cached);
        pool.CheckIntegrity([same.Blocks]);
    }

    [Fact]
    public void The_same_tokens_after_another_beginning_are_another_block()
    {
        UInt128 a = BlockKey.Next(BlockKey.Root(""), [1, 2]), b = BlockKey.Next(BlockKey.Root(""), [2, 1]);
        Assert.NotEqual(BlockKey.Next(a, [3, 4]), BlockKey.Next(b, [3, 4]));
        Assert.NotEqual(BlockKey.Root(""), BlockKey.Root("x"));
    }

    [Fact]
    public void Integrity_fails_when_a_user_is_not_in_the_books()
    {
        BlockPool pool = new(4);
        int block = pool.Allocate();
        pool.CheckIntegrity([[block]]);
        Assert.Throws<CacheIntegrityException>(() => pool.CheckIntegrity([]));
        Assert.Throws<CacheIntegrityException>(() => pool.CheckIntegrity([[block], [block]]));
    }

    [Fact]
    public void Too_many_releases_and_an_empty_pool_throw()
    {
        BlockPool pool = new(1);
        pool.Release(pool.Allocate());
        Assert.Throws<CacheIntegrityException>(() => pool.Release(0));
        pool.Allocate();
        Assert.Throws<InvalidOperationException>(() => pool.Allocate());
    }

    [Fact]
    public void A_bad_block_is_cleared_when_its_last_user_is_gone()
    {
        BlockPool pool = new(8);
        BlockLedger ledger = new(pool, 2, prefixCaching: true);
        BlockTable bad = Filled(ledger, [1, 2, 3, 4]), other = new("");
        int[] blocks = [.. bad.Blocks];
        Assert.Equal(2, ledger.TakeCachedPrefix(other, [1, 2, 9]));
        ledger.Discard(bad);
        Assert.Equal([blocks[1]], pool.TakeBlocksToClear());
        Assert.Empty(pool.TakeBlocksToClear());
        ledger.Release(other);
        Assert.Equal([blocks[0]], pool.TakeBlocksToClear());
        Assert.Equal((8, 0), (pool.Free, pool.Cached));
        pool.CheckIntegrity([]);
    }

    private static BlockTable Filled(BlockLedger ledger, int[] tokens)
    {
        BlockTable table = new("");
        ledger.Grow(table, tokens.Length);
        ledger.Register(table, tokens, tokens.Length);
        return table;
    }
}
