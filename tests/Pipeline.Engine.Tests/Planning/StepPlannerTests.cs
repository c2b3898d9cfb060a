using Pipeline.Engine.Cache;
using Pipeline.Engine.Planning;

namespace Pipeline.Engine.Tests.Planning;

public sealed class StepPlannerTests
{
    private readonly Random _random = new(1);

    [Fact]
    public void Decodes_come_before_new_prompts_and_the_budget_is_shared()
    {
        SimulatedEngine engine = Engine(blocks: 100, new StepLimits(10, 8, 8));
        Sequence first = Add(engine, "first", 4), second = Add(engine, "second", 20);
        Assert.Equal([(first, 4), (second, 6)], engine.Step().Select(c => (c.Sequence, c.Count)));
        Assert.Equal([(first, 1), (second, 8)], engine.Step().Select(c => (c.Sequence, c.Count)));
        Assert.Equal([(first, 1), (second, 6)], engine.Step().Select(c => (c.Sequence, c.Count)));
    }

    [Fact]
    public void No_more_run_at_a_time_than_the_limit_and_the_next_in_line_follows()
    {
        SimulatedEngine engine = Engine(blocks: 100, new StepLimits(100, 100, 2));
        Sequence a = Add(engine, "a", 3, maxTokens: 1), b = Add(engine, "b", 3, maxTokens: 5), c = Add(engine, "c", 3, maxTokens: 1);
        Assert.Equal([a, b], engine.Step().Select(chunk => chunk.Sequence));
        Assert.Equal([b, c], engine.Step().Select(chunk => chunk.Sequence));
    }

    [Fact]
    public void The_youngest_gives_way_when_blocks_run_out_and_keeps_what_it_generated()
    {
        SimulatedEngine engine = Engine(blocks: 6, new StepLimits(100, 100, 4));
        Sequence old = Add(engine, "old", 8, maxTokens: 12), young = Add(engine, "young", 8, maxTokens: 12);
        for (int i = 0; young.Preemptions == 0; i++)
        {
            Assert.True(i < 20, "nobody was preempted");
            engine.Step();
        }

        Assert.Equal([old], engine.Planner.Running);
        Assert.Equal((0, 0), (young.Computed, young.Table.Blocks.Count));
        Assert.True(young.Generated > 0);
        Assert.Equal(0, old.Preemptions);
    }

    [Fact]
    public void Nobody_is_admitted_who_would_soon_be_preempted()
    {
        SimulatedEngine engine = Engine(blocks: 6, new StepLimits(4, 4, 4));
        Add(engine, "long", 16);
        Sequence next = Add(engine, "next", 8);
        engine.Step();
        Assert.Equal([next], engine.Planner.Waiting);
        Assert.Equal(0, engine.Planner.Preemptions);
    }

    [Fact]
    public void Bad_contents_are_not_found_again()
    {
        SimulatedEngine engine = Engine(blocks: 20, new StepLimits(100, 100, 4));
        Sequence bad = Add(engine, "bad", 9);
        engine.Step();
        engine.Remove(bad, discard: true);
        Sequence next = Add(engine, "next", 9);
        engine.Step();
        Assert.Equal(0, next.CachedTokens);
        Assert.Equal(0, engine.Pool.Cached);
    }

    [Fact]
    public void Planning_takes_no_memory_once_it_has_found_its_size()
    {
        const int Count = 64, Steps = 1000;
        StepPlanner planner = new(new BlockLedger(new BlockPool(1500), 16, prefixCaching: true), new StepLimits(512, 128, Count));
        StepPlan plan = new();
        Queue<Sequence> made = new(Enumerable.Range(0, 5000).Select(i => new Sequence(
            $"{i}", [.. Enumerable.Range(0, 100 + (i % 7)).Select(t => t < 48 ? i % 5 : i + t)], 20 + (i % 60), "")));
        long allocated = 0;
        for (int i = 0; i < 2 * Steps; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            RunStep(planner, plan, made, 2 * Count);
            allocated += i < Steps ? 0 : GC.GetAllocatedBytesForCurrentThread() - before;
        }

        // Far from a byte for each of the tokens; the runtime itself asks for some now and then.
        Assert.InRange(allocated, 0, Steps * Count / 4);
        Assert.NotEmpty(made);
        planner.CheckIntegrity();
    }

    private static void RunStep(StepPlanner planner, StepPlan plan, Queue<Sequence> made, int waiting)
    {
        while (planner.WaitingCount < waiting && made.TryDequeue(out Sequence? next))
        {
            planner.Add(next);
        }

        planner.Plan(plan);
        foreach (PlannedChunk chunk in plan.Chunks)
        {
            chunk.Sequence.Launch(chunk, 0);
            if (chunk.Samples)
            {
                chunk.Sequence.Append(7);
                if (chunk.Sequence.IsComplete)
                {
                    planner.Remove(chunk.Sequence);
                }
            }
        }
    }

    private SimulatedEngine Engine(int blocks, StepLimits limits) => new(blocks, 4, limits, prefixCaching: true, _random);

    private static Sequence Add(SimulatedEngine engine, string id, int prompt, int maxTokens = 30)
    {
        // Each prompt begins with its own letter: none shares a prefix with another.
        Sequence sequence = new(id, [.. Enumerable.Range(0, prompt).Select(i => i == 0 ? id[0] == 'b' ? 1 : id[0] : i)], maxTokens, "");
        engine.Add(sequence, "");
        return sequence;
    }
}
