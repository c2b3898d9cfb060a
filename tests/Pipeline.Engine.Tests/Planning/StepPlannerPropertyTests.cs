using Pipeline.Engine.Planning;

namespace Pipeline.Engine.Tests.Planning;

public sealed class StepPlannerPropertyTests
{
    [Fact]
    public void Whatever_comes_and_goes_books_balance_and_every_token_sees_its_own_past()
    {
        long preemptions = 0, hits = 0, discards = 0;
        for (int seed = 0; seed < 150; seed++)
        {
            (long preempted, long hit, long discarded) = RunAtRandom(seed);
            (preemptions, hits, discards) = (preemptions + preempted, hits + hit, discards + discarded);
        }

        // The property holds of something: the rare paths were taken.
        Assert.True(preemptions > 100 && hits > 1000 && discards > 100, $"{preemptions} preemptions, {hits} hits, {discards} discards");
    }

    private static (long Preemptions, long Hits, long Discards) RunAtRandom(int seed)
    {
        Random random = new(seed);
        int blockSize = random.Next(1, 6), blocks = random.Next(8, 40);
        StepLimits limits = new(random.Next(1, 40), random.Next(1, 20), random.Next(1, 9));
        SimulatedEngine engine = new(blocks, blockSize, limits, prefixCaching: seed % 5 != 0, random);
        int added = 0, removed = 0;
        long hits = 0, discards = 0;
        for (int i = 0; i < 300; i++)
        {
            if (random.Next(3) == 0)
            {
                engine.Add(NewSequence(random, $"{added++}", blocks * blockSize, out string salt), salt);
            }
            else if (random.Next(12) == 0 && engine.Sequences.Count > 0)
            {
                bool discard = random.Next(2) == 0;
                discards += discard ? 1 : 0;
                engine.Remove(engine.Sequences.ElementAt(random.Next(engine.Sequences.Count)), discard);
                removed++;
            }

            bool idle = engine.Sequences.Count == 0;
            StepPlan plan = engine.Step();
            Assert.Equal(idle, plan.IsEmpty);
            hits += plan.Chunks.Sum(chunk => chunk.Start == chunk.Sequence.CachedTokens ? chunk.Start : 0);
        }

        for (int steps = 0; engine.Sequences.Count > 0; steps++)
        {
            Assert.True(steps < 100_000, "does not come to an end");
            engine.Step();
        }

        Assert.Equal(added, engine.Finished + removed);
        Assert.Equal(engine.Pool.Total, engine.Pool.Available);
        return (engine.Planner.Preemptions, hits, discards);
    }

    // Of two token ids, so that beginnings are often the same.
    private static Sequence NewSequence(Random random, string id, int capacity, out string salt)
    {
        salt = random.Next(4) == 0 ? "other" : "";
        int prompt = random.Next(1, capacity / 2);
        int[] tokens = [.. Enumerable.Range(0, prompt).Select(_ => random.Next(6) == 0 ? 1 : 0)];
        return new Sequence(id, tokens, random.Next(1, (capacity / 2) + 1), salt);
    }
}
