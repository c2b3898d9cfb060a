using Pipeline.Engine.Planning;

namespace Pipeline.Engine.Tests.Planning;

public sealed class StepPlannerPropertyTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(0, 6)]
    [InlineData(1, 6)]
    public void Whatever_comes_and_goes_books_balance_and_every_token_sees_its_own_past(int ahead, int drafted)
    {
        long preemptions = 0, hits = 0, discards = 0, early = 0, accepted = 0, rejected = 0;
        for (int seed = 0; seed < 150; seed++)
        {
            Totals totals = RunAtRandom(seed, ahead, drafted);
            (preemptions, hits, discards) = (preemptions + totals.Preemptions, hits + totals.Hits, discards + totals.Discards);
            (early, accepted, rejected) = (early + totals.EndedEarly, accepted + totals.Accepted, rejected + totals.Rejected);
        }

        // The property holds of something: the rare paths were taken.
        Assert.True(
            preemptions > 100 && hits > 1000 && discards > 100 && early > 100,
            $"{preemptions} preemptions, {hits} hits, {discards} discards, {early} ended early");
        Assert.True(drafted == 0 ? accepted + rejected == 0 : accepted > 1000 && rejected > 1000, $"{accepted} accepted, {rejected} rejected");
    }

    private static Totals RunAtRandom(int seed, int ahead, int drafted)
    {
        Random random = new(seed);
        int blockSize = random.Next(1, 6), blocks = random.Next(8, 40);
        StepLimits limits = new(random.Next(1, 40), random.Next(1, 20), random.Next(1, 9));
        SimulatedEngine engine = new(blocks, blockSize, limits, prefixCaching: seed % 5 != 0, random, ahead) { EndChance = 0.03, MostDrafted = drafted };
        int added = 0, removed = 0;
        long hits = 0, discards = 0;
        for (int i = 0; i < 300; i++)
        {
            if (random.Next(3) == 0)
            {
                engine.Add(NewSequence(random, $"{added++}", blocks * blockSize, out string salt), salt);
                engine.Planner.CheckIntegrity();
            }
            else if (random.Next(12) == 0 && engine.Sequences.Count > 0)
            {
                bool discard = random.Next(2) == 0;
                discards += discard ? 1 : 0;
                engine.Remove(engine.Sequences.ElementAt(random.Next(engine.Sequences.Count)), discard);
                engine.Planner.CheckIntegrity();
                removed++;
            }

            bool idle = engine.Sequences.Count == 0, alone = ahead == 0;
            PlannedChunk[] chunks = engine.Step();
            engine.Planner.CheckIntegrity();

            // With nothing under way there is always something to do.
            Assert.True(idle ? chunks.Length == 0 : chunks.Length > 0 || !alone);
            hits += chunks.Sum(chunk => chunk.Start == chunk.Sequence.CachedTokens ? chunk.Start : 0);
        }

        for (int steps = 0; !engine.IsIdle; steps++)
        {
            Assert.True(steps < 100_000, "does not come to an end");
            engine.Step();
            engine.Planner.CheckIntegrity();
        }

        Assert.Equal(added, engine.Finished + removed);
        Assert.Equal(engine.Pool.Total, engine.Pool.Available);
        Assert.Equal(0, engine.Pool.Awaited);
        return new Totals(engine.Planner.Preemptions, hits, discards, engine.EndedEarly, engine.Accepted, engine.Rejected);
    }

    // Of two token ids, so that beginnings are often the same.
    private static Sequence NewSequence(Random random, string id, int capacity, out string salt)
    {
        salt = random.Next(4) == 0 ? "other" : "";
        int prompt = random.Next(1, capacity / 2);
        int[] tokens = [.. Enumerable.Range(0, prompt).Select(_ => random.Next(6) == 0 ? 1 : 0)];
        return new Sequence(id, tokens, random.Next(1, (capacity / 2) + 1), salt) { NeedsTokens = random.Next(3) == 0 };
    }

    private sealed record Totals(long Preemptions, long Hits, long Discards, long EndedEarly, long Accepted, long Rejected);
}
