using Pipeline.Engine.Cache;

namespace Pipeline.Benchmarks.Attention;

/// <summary>Where the blocks of sequences lie in a cache that has been in use for a while.</summary>
internal static class WornCache
{
    // Of the blocks that the measured sequences need, as many again for four are there: a cache is never just large enough.
    private const double Spare = 1.25;

    // So many times is each block given out before the measured sequences come.
    private const int Turnovers = 4;

    // A prompt's blocks are taken chunk by chunk, an answer's as they are needed.
    private const int ChunkTokens = 512, AnswerTokens = 128;

    /// <summary>Blocks of a cache for a case.</summary>
    public static int BlocksFor(AttentionSetting setting) => (int)(setting.Sequences * setting.Blocks * Spare);

    /// <summary>Blocks that lie anywhere: the worst there can be.</summary>
    public static IEnumerable<IReadOnlyList<int>> Scattered(AttentionSetting setting)
    {
        int[] blocks = [.. Enumerable.Range(0, BlocksFor(setting))];
        new Random(1).Shuffle(blocks);
        return blocks.Chunk(setting.Blocks).Take(setting.Sequences);
    }

    /// <summary>
    /// Blocks as the engine's own pool gives them out, once sequences of all lengths have come and gone, each finished one
    /// left cached until its blocks are needed.
    /// </summary>
    public static IEnumerable<IReadOnlyList<int>> AsWorked(AttentionSetting setting)
    {
        Random random = new(1);
        BlockPool pool = new(BlocksFor(setting));
        BlockLedger ledger = new(pool, AttentionSetting.BlockSize, prefixCaching: true);
        List<(BlockTable Table, int[] Tokens)> running = [];
        for (long given = 0; given < (long)Turnovers * pool.Total;)
        {
            List<(BlockTable Table, int[] Tokens)> coming = [];
            for (int i = 0; i < Math.Max(1, setting.Sequences / 4); i++)
            {
                int length = random.Next(Math.Min(setting.Context, AnswerTokens + 1), setting.Context + 1);
                coming.Add((new BlockTable(""), [.. Enumerable.Range(0, length).Select(_ => random.Next())]));
                given += ledger.BlocksFor(length);
            }

            while (running.Count + coming.Count > setting.Sequences)
            {
                int leaving = random.Next(running.Count);
                Finish(ledger, running[leaving]);
                running.RemoveAt(leaving);
            }

            Work(ledger, coming);
            running.AddRange(coming);
        }

        running.ForEach(sequence => Finish(ledger, sequence));
        List<(BlockTable Table, int[] Tokens)> measured =
            [.. Enumerable.Range(0, setting.Sequences).Select(_ => (new BlockTable(""), new int[setting.Context]))];
        Work(ledger, measured);
        return measured.Select(sequence => sequence.Table.Blocks);
    }

    /// <summary>Gives sequences their blocks: prompts one after the other, then all answers at the same time.</summary>
    private static void Work(BlockLedger ledger, List<(BlockTable Table, int[] Tokens)> sequences)
    {
        foreach ((BlockTable table, int[] tokens) in sequences)
        {
            int prompt = Math.Max(1, tokens.Length - AnswerTokens);
            for (int grown = 0; grown < prompt;)
            {
                grown = Math.Min(prompt, grown + ChunkTokens);
                ledger.Grow(table, grown, tokens.Length);
            }
        }

        for (int answered = AnswerTokens - 1; answered >= 0; answered--)
        {
            foreach ((BlockTable table, int[] tokens) in sequences)
            {
                ledger.Grow(table, Math.Max(1, tokens.Length - answered), tokens.Length);
            }
        }
    }

    private static void Finish(BlockLedger ledger, (BlockTable Table, int[] Tokens) sequence)
    {
        ledger.Register(sequence.Table, sequence.Tokens, sequence.Tokens.Length);
        ledger.Release(sequence.Table);
    }
}
