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
    private readonly Queue<List<(PlannedChunk Chunk, int[] Tokens)>> _underWay = [];
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

    /// <summary>How many tokens are guessed ahead of a decoding sequence, at most: each is right or wrong by chance.</summary>
    public int MostDrafted { get; init; }

    public int Accepted { get; private set; }

    public int Rejected { get; private set; }

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
        Guess();
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
            // The rows of guessed tokens are written like all others.
            _tokens[chunk.Sequence].AddRange(chunk.Sequence.Draft.Take(chunk.Drafted));
            Assert.Equal(chunk.Sequence.Computed, chunk.Start);
            Assert.True(!chunk.Sequence.NeedsTokens || chunk.End - chunk.Drafted <= chunk.Sequence.Tokens.Length, "a token is not known that has to be");
            Assert.InRange(chunk.Count - chunk.Drafted, 1, _limits.PrefillChunk);
            Assert.InRange(chunk.Drafted, 0, chunk.Samples ? MostDrafted : 0);
            Assert.False(chunk.Sequence.IsHeld);
            Visit(chunk.Sequence, chunk.Start, chunk.End, (slot, past) => _memory[slot] = past);
        }

        foreach (PlannedChunk chunk in chunks)
        {
            Visit(chunk.Sequence, 0, chunk.End, (slot, past) => Assert.Equal(past, _memory[slot]));
        }
    }

    private void Guess()
    {
        foreach (Sequence sequence in Planner.Running.Where(sequence => MostDrafted > 0 && sequence.Expected == 0))
        {
            sequence.WaitsForTokens = _random.Next(2) == 0;
            sequence.Draft.Clear();
            if (sequence.Remaining == 1 && sequence.Generated > 0)
            {
                sequence.Draft.AddRange(Enumerable.Range(0, _random.Next(MostDrafted + 1)).Select(_ => _random.Next(2)));
            }
        }
    }

    private List<(PlannedChunk Chunk, int[] Tokens)> Launch(PlannedChunk[] chunks)
    {
        List<(PlannedChunk, int[])> chosen = [];
        int sample = 0;
        foreach (PlannedChunk chunk in chunks)
        {
            chunk.Sequence.Launch(chunk, sample);
            sample += chunk.Chosen;
            int[] tokens = [.. Enumerable.Range(0, chunk.Chosen).Select(_ => _random.Next(2))];
            int right = tokens.Zip(chunk.Sequence.Draft).TakeWhile(pair => pair.First == pair.Second).Count();
            if (tokens.Length > 0)
            {
                tokens = tokens[..(right + 1)];
                _tokens[chunk.Sequence].RemoveRange(chunk.End - chunk.Drafted, _tokens[chunk.Sequence].Count - chunk.End + chunk.Drafted);
                _tokens[chunk.Sequence].AddRange(tokens);
                Accepted += right;
                Rejected += right < chunk.Drafted ? 1 : 0;
                chosen.Add((chunk, tokens));
            }
        }

        return chosen;
    }

    private void Apply(List<(PlannedChunk Chunk, int[] Tokens)> chosen)
    {
        foreach ((PlannedChunk chunk, int[] tokens) in chosen.Where(c => _salts.ContainsKey(c.Chunk.Sequence)))
        {
            Sequence sequence = chunk.Sequence;
            int taken = 0;
            bool complete = false, early = false;
            while (taken < tokens.Length && !complete && !early)
            {
                sequence.Append(tokens[taken++]);
                complete = sequence.Tokens.Length == sequence.PromptLength + sequence.MaxTokens;
                early = !complete && _random.NextDouble() < EndChance;
            }

            if (chunk.Drafted > 0)
            {
                sequence.Settle(taken - 1);
            }

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
