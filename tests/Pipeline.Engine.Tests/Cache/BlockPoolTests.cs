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
            Enumerable.Range(0, 6).Select(_ => Taken(pool)));
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
        int block = Taken(pool);
        pool.CheckIntegrity([[block]]);
        Assert.Throws<CacheIntegrityException>(() => pool.CheckIntegrity([]));
        Assert.Throws<CacheIntegrityException>(() => pool.CheckIntegrity([[block], [block]]));
    }

    [Fact]
    public void Too_many_releases_and_an_empty_pool_throw()
    {
        BlockPool pool = new(1);
        pool.Release(Taken(pool));
        Assert.Throws<CacheIntegrityException>(() => pool.Release(0));
        Taken(pool);
        Assert.Throws<InvalidOperationException>(() => Taken(pool));
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

    [Fact]
    public void A_sequence_that_grows_goes_on_behind_its_last_block_while_that_is_free()
    {
        BlockPool pool = new(16);
        BlockLedger ledger = new(pool, 2, prefixCaching: true);
        BlockTable first = new(""), second = new("");
        ledger.Grow(first, 6);
        ledger.Grow(second, 4);
        ledger.Grow(second, 8);
        ledger.Grow(first, 8);
        ledger.Grow(first, 10);
        Assert.Equal([3, 4, 5, 6], second.Blocks);
        Assert.Equal([0, 1, 2, 7, 8], first.Blocks);
        pool.CheckIntegrity([first.Blocks, second.Blocks]);
    }

    [Fact]
    public void Sequences_that_grow_together_take_blocks_ahead_only_while_there_are_plenty()
    {
        BlockPool pool = new(1024);
        BlockLedger ledger = new(pool, 2, prefixCaching: true);
        BlockTable first = new(""), second = new(""), large = new("");
        ledger.Grow(first, 2, most: 8);
        ledger.Grow(second, 2, most: 100);
        ledger.Grow(first, 4, most: 8);
        Assert.Equal([0, 1, 2, 3], first.Blocks);
        Assert.Equal(Enumerable.Range(4, 8), second.Blocks);
        ledger.Grow(large, 2 * 980);
        ledger.Grow(first, 10, most: 100);
        Assert.Equal((5, 31), (first.Blocks.Count, pool.Free));
        ledger.Grow(large, 2 * (980 + 31), most: 4000);
        Assert.Equal(0, pool.Free);
        pool.CheckIntegrity([first.Blocks, second.Blocks, large.Blocks]);
    }

    [Fact]
    public void Blocks_that_came_back_from_their_end_are_given_out_from_their_beginning()
    {
        BlockPool pool = new(6);
        BlockLedger ledger = new(pool, 2, prefixCaching: true);
        ledger.Release(Filled(ledger, [1, 2, 3, 4, 5, 6]));
        ledger.Release(Filled(ledger, [7, 8, 9, 10, 11, 12]));
        BlockTable table = new("");
        ledger.Grow(table, 8);
        Assert.Equal([0, 1, 2, 5], table.Blocks);
        pool.CheckIntegrity([table.Blocks]);
    }

    [Fact]
    public void Where_there_are_too_few_blocks_none_is_taken()
    {
        BlockPool pool = new(3);
        List<int> blocks = [];
        Assert.Throws<InvalidOperationException>(() => pool.Allocate(blocks, 4));
        Assert.Empty(blocks);
        Assert.Equal(3, pool.Free);
    }

    private static int Taken(BlockPool pool)
    {
        List<int> blocks = [];
        pool.Allocate(blocks, 1);
        return blocks[0];
    }

    private static BlockTable Filled(BlockLedger ledger, int[] tokens)
    {
        BlockTable table = new("");
        ledger.Grow(table, tokens.Length);
        ledger.Register(table, tokens, tokens.Length);
        return table;
    }
}
