using Pipeline.Engine.Cache;
using Pipeline.Engine.Planning;

namespace Pipeline.Engine.Tests.Planning;

/// <summary>
/// The planner with a device that only remembers, for each cache slot, which tokens led to it: enough to see
/// whether every token would have attended to its own past. The device may run a step ahead of what the host knows.
/// </summary>
internal sealed class SimulatedEngine
{
    private readonly StepLimits _limits;
    private readonly int _blockSize;
    private readonly int _ahead;
    private readonly Random _random;
    private readonly long[] _memory;
    private readonly Dictionary<Sequence, string> _salts = [];
    private readonly Dictionary<Sequence, List<int>> _tokens = [];
    private readonly Queue<List<(Sequence Sequence, int Token)>> _underWay = [];
    private readonly StepPlan _plan = new();

    public SimulatedEngine(int blocks, int blockSize, StepLimits limits, bool prefixCaching, Random random, int ahead = 0)
    {
        _limits = limits;
        _blockSize = blockSize;
        _ahead = ahead;
        _random = random;
        _memory = new long[blocks * blockSize];
        Pool = new BlockPool(blocks);
        Planner = new StepPlanner(new BlockLedger(Pool, blockSize, prefixCaching), limits);
    }

    public BlockPool Pool { get; }

    public StepPlanner Planner { get; }

    public int Finished { get; private set; }

    public int EndedEarly { get; private set; }

    public int TokensComputed { get; private set; }

    /// <summary>How likely a token ends its sequence before it has all that it may generate.</summary>
    public double EndChance { get; init; }

    public IReadOnlyCollection<Sequence> Sequences => _salts.Keys;

    public bool IsIdle => _salts.Count == 0 && _underWay.Count == 0;

    public void Add(Sequence sequence, string salt)
    {
        _salts.Add(sequence, salt);
        _tokens.Add(sequence, [.. sequence.Tokens]);
        Planner.Add(sequence);
    }

    public void Remove(Sequence sequence, bool discard)
    {
        Planner.Remove(sequence, discard);
        _salts.Remove(sequence);
        _tokens.Remove(sequence);
        Assert.Empty(sequence.Table.Blocks);
    }

    /// <summary>Plans a step, launches it, and applies the one that has come to its end.</summary>
    /// <returns>The chunks planned.</returns>
    public PlannedChunk[] Step()
    {
        Planner.Plan(_plan);
        PlannedChunk[] chunks = _plan.Chunks.ToArray();
        Assert.Equal(chunks.Sum(chunk => chunk.Count), _plan.Tokens);
        Assert.InRange(_plan.Tokens, 0, _limits.TokenBudget);
        Assert.InRange(Planner.Running.Count(sequence => !sequence.IsComplete), 0, _limits.MaxRunning);
        Assert.Equal(chunks.Length, chunks.Select(chunk => chunk.Sequence).Distinct().Count());
        TokensComputed += _plan.Tokens;
        Compute(chunks);
        if (chunks.Length > 0)
        {
            _underWay.Enqueue(Launch(chunks));
        }

        if (_underWay.Count > (chunks.Length == 0 ? 0 : _ahead))
        {
            Apply(_underWay.Dequeue());
        }

        return chunks;
    }

    private void Compute(PlannedChunk[] chunks)
    {
        foreach (PlannedChunk chunk in chunks)
        {
            Assert.Equal(chunk.Sequence.Computed, chunk.Start);
            Assert.True(!chunk.Sequence.NeedsTokens || chunk.End <= chunk.Sequence.Tokens.Length, "a token is not known that has to be");
            Assert.InRange(chunk.Count, 1, _limits.PrefillChunk);
            Visit(chunk.Sequence, chunk.Start, chunk.End, (slot, past) => _memory[slot] = past);
        }

        foreach (PlannedChunk chunk in chunks)
        {
            Visit(chunk.Sequence, 0, chunk.End, (slot, past) => Assert.Equal(past, _memory[slot]));
        }
    }

    private List<(Sequence Sequence, int Token)> Launch(PlannedChunk[] chunks)
    {
        List<(Sequence, int)> chosen = [];
        foreach (PlannedChunk chunk in chunks)
        {
            chunk.Sequence.Launch(chunk, chosen.Count);
            if (chunk.Samples)
            {
                int token = _random.Next(2);
                _tokens[chunk.Sequence].Add(token);
                chosen.Add((chunk.Sequence, token));
            }
        }

        return chosen;
    }

    private void Apply(List<(Sequence Sequence, int Token)> chosen)
    {
        foreach ((Sequence sequence, int token) in chosen.Where(c => _salts.ContainsKey(c.Sequence)))
        {
            sequence.Append(token);
            bool complete = sequence.Tokens.Length == sequence.PromptLength + sequence.MaxTokens;
            bool early = !complete && _random.NextDouble() < EndChance;
            if (complete || early)
            {
                Remove(sequence, discard: false);
                Finished++;
                EndedEarly += early ? 1 : 0;
            }
        }
    }

    /// <summary>Visits positions with their slot and a hash of all tokens up to them.</summary>
    private void Visit(Sequence sequence, int from, int to, Action<int, long> visit)
    {
        long past = _salts[sequence].GetHashCode(StringComparison.Ordinal);
        for (int position = 0; position < to; position++)
        {
            past = unchecked((past * 6364136223846793005L) + _tokens[sequence][position] + 1442695040888963407L);
            if (position >= from)
            {
                visit((sequence.Table.Blocks[position / _blockSize] * _blockSize) + (position % _blockSize), past);
            }
        }
    }
}
