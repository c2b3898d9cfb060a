using Pipeline.Engine.Cache;
using Pipeline.Engine.Planning;

namespace Pipeline.Engine.Tests.Planning;

/// <summary>
/// The planner with a device that only remembers, for each cache slot, which tokens led to it: enough to see
/// whether every token would have attended to its own past.
/// </summary>
internal sealed class SimulatedEngine
{
    private readonly StepLimits _limits;
    private readonly int _blockSize;
    private readonly Random _random;
    private readonly long[] _memory;
    private readonly Dictionary<Sequence, string> _salts = [];

    public SimulatedEngine(int blocks, int blockSize, StepLimits limits, bool prefixCaching, Random random)
    {
        _limits = limits;
        _blockSize = blockSize;
        _random = random;
        _memory = new long[blocks * blockSize];
        Pool = new BlockPool(blocks);
        Planner = new StepPlanner(new BlockLedger(Pool, blockSize, prefixCaching), limits);
    }

    public BlockPool Pool { get; }

    public StepPlanner Planner { get; }

    public int Finished { get; private set; }

    public IReadOnlyCollection<Sequence> Sequences => _salts.Keys;

    public void Add(Sequence sequence, string salt)
    {
        _salts.Add(sequence, salt);
        Planner.Add(sequence);
        Planner.CheckIntegrity();
    }

    public void Remove(Sequence sequence, bool discard)
    {
        Planner.Remove(sequence, discard);
        _salts.Remove(sequence);
        Assert.Empty(sequence.Table.Blocks);
        Planner.CheckIntegrity();
    }

    /// <summary>Plans a step and carries it out.</summary>
    public StepPlan Step()
    {
        StepPlan plan = Planner.Plan();
        Planner.CheckIntegrity();
        Assert.InRange(plan.Tokens, 0, _limits.TokenBudget);
        Assert.InRange(Planner.Running.Count, 0, _limits.MaxRunning);
        Assert.Equal(plan.Chunks.Count, plan.Chunks.Select(chunk => chunk.Sequence).Distinct().Count());
        foreach (PlannedChunk chunk in plan.Chunks)
        {
            Assert.Equal(chunk.Sequence.Computed, chunk.Start);
            Assert.InRange(chunk.Count, 1, _limits.PrefillChunk);
            Visit(chunk.Sequence, chunk.Start, chunk.End, (slot, past) => _memory[slot] = past);
        }

        foreach (PlannedChunk chunk in plan.Chunks)
        {
            Visit(chunk.Sequence, 0, chunk.End, (slot, past) => Assert.Equal(past, _memory[slot]));
        }

        foreach (PlannedChunk chunk in plan.Chunks)
        {
            Complete(chunk);
        }

        return plan;
    }

    private void Complete(PlannedChunk chunk)
    {
        Sequence sequence = chunk.Sequence;
        bool samples = chunk.Samples;
        sequence.Computed = chunk.End;
        if (samples)
        {
            sequence.Append(_random.Next(2));
            if (sequence.Generated == sequence.MaxTokens)
            {
                Remove(sequence, discard: false);
                Finished++;
            }
        }
    }

    /// <summary>Visits positions with their slot and a hash of all tokens up to them.</summary>
    private void Visit(Sequence sequence, int from, int to, Action<int, long> visit)
    {
        long past = _salts[sequence].GetHashCode(StringComparison.Ordinal);
        for (int position = 0; position < to; position++)
        {
            past = unchecked((past * 6364136223846793005L) + sequence.Tokens[position] + 1442695040888963407L);
            if (position >= from)
            {
                visit((sequence.Table.Blocks[position / _blockSize] * _blockSize) + (position % _blockSize), past);
            }
        }
    }
}
