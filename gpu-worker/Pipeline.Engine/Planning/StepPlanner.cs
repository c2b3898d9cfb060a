using Pipeline.Engine.Cache;

namespace Pipeline.Engine.Planning;

/// <summary>
/// Decides what each step computes: running sequences first, oldest first, then as many waiting ones as
/// fit. When blocks run out the youngest running sequence gives up its own and waits, in front, to compute
/// them again (preemption by recompute). Not thread-safe.
/// </summary>
internal sealed class StepPlanner(BlockLedger ledger, StepLimits limits)
{
    private readonly LinkedList<Sequence> _waiting = [];
    private readonly List<Sequence> _running = [];

    /// <summary>Sequences that hold blocks, oldest first.</summary>
    public IReadOnlyList<Sequence> Running => _running;

    /// <summary>Sequences that hold none, next first.</summary>
    public IReadOnlyCollection<Sequence> Waiting => _waiting;

    /// <summary>Times a running sequence lost its blocks.</summary>
    public long Preemptions { get; private set; }

    /// <summary>Puts a sequence behind all that wait.</summary>
    public void Add(Sequence sequence) => _waiting.AddLast(sequence);

    /// <summary>
    /// Plans a step, taking the blocks it needs. The plan is empty only when there is nothing to do: a lone
    /// sequence always fits, since none is accepted that could not.
    /// </summary>
    public StepPlan Plan()
    {
        List<PlannedChunk> chunks = [];
        int budget = limits.TokenBudget;
        bool preempted = false;
        for (int i = 0; i < _running.Count && budget > 0; i++)
        {
            Sequence sequence = _running[i];
            int count = ChunkSize(sequence, budget);
            while (i < _running.Count && !ledger.CanGrow(sequence.Table, sequence.Computed + count))
            {
                PreemptYoungest();
                preempted = true;
            }

            if (i < _running.Count)
            {
                budget -= Take(sequence, count, chunks);
            }
        }

        // Whoever just lost blocks would only take them back: let the others get on first.
        while (!preempted && budget > 0 && _running.Count < limits.MaxRunning && TryAdmit() is { } admitted)
        {
            budget -= Take(admitted, ChunkSize(admitted, budget), chunks);
        }

        return new StepPlan(chunks);
    }

    /// <summary>Takes a sequence out, with its blocks. What they hold stays to be found, unless it is bad.</summary>
    public void Remove(Sequence sequence, bool discard = false)
    {
        if (!_running.Remove(sequence))
        {
            _waiting.Remove(sequence);
        }

        if (discard)
        {
            ledger.Discard(sequence.Table);
        }
        else
        {
            ledger.Release(sequence.Table);
        }
    }

    /// <summary>Throws unless the books balance: blocks, references, and what sequences hold.</summary>
    public void CheckIntegrity()
    {
        ledger.Pool.CheckIntegrity(_running.Concat(_waiting).Select(sequence => sequence.Table.Blocks));
        foreach (Sequence sequence in _running)
        {
            if (sequence.Computed >= sequence.Length || ledger.BlocksFor(sequence.Computed) > sequence.Table.Blocks.Count)
            {
                throw new CacheIntegrityException(
                    $"{sequence.Id}: {sequence.Computed} of {sequence.Length} tokens computed, {sequence.Table.Blocks.Count} blocks.");
            }
        }

        if (_waiting.FirstOrDefault(sequence => sequence.Table.Blocks.Count > 0 || sequence.Computed > 0) is { } holder)
        {
            throw new CacheIntegrityException($"{holder.Id} waits and holds {holder.Table.Blocks.Count} blocks.");
        }
    }

    private int ChunkSize(Sequence sequence, int budget) =>
        Math.Min(sequence.Length - sequence.Computed, Math.Min(limits.PrefillChunk, budget));

    private int Take(Sequence sequence, int count, List<PlannedChunk> chunks)
    {
        ledger.Grow(sequence.Table, sequence.Computed + count);
        ledger.Register(sequence.Table, sequence.Tokens, sequence.Computed + count);
        chunks.Add(new PlannedChunk(sequence, sequence.Computed, count));
        return count;
    }

    private Sequence? TryAdmit()
    {
        if (_waiting.First?.Value is not { } sequence)
        {
            return null;
        }

        int cached = ledger.TakeCachedPrefix(sequence.Table, sequence.Tokens);

        // Room for all of it and one token more, beyond what those running will still ask for to get as far:
        // otherwise the newcomer would soon be preempted, and its work lost.
        int promised = _running.Sum(other => ledger.BlocksFor(other.Length + 1) - other.Table.Blocks.Count);
        int needed = ledger.BlocksFor(sequence.Length + 1) - sequence.Table.Blocks.Count;
        if (_running.Count > 0 && promised + needed > ledger.Pool.Available)
        {
            ledger.Release(sequence.Table);
            return null;
        }

        _waiting.RemoveFirst();
        _running.Add(sequence);
        sequence.Computed = cached;
        sequence.CachedTokens ??= cached;
        return sequence;
    }

    private void PreemptYoungest()
    {
        Sequence victim = _running[^1];
        _running.RemoveAt(_running.Count - 1);
        ledger.Release(victim.Table);
        victim.Computed = 0;
        victim.Preemptions++;
        Preemptions++;
        _waiting.AddFirst(victim);
    }
}
