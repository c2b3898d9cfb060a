using Pipeline.Engine.Cache;

namespace Pipeline.Engine.Planning;

/// <summary>
/// Decides what each step computes: running sequences that decode, then running ones that are still at their prompts, both
/// oldest first, then as many waiting ones as fit (see <see cref="WaitingLine"/>). When blocks run out the youngest running
/// sequence gives up its own and waits, in front, to compute them again (preemption by recompute). Plans by lengths alone: it
/// need not know the tokens that steps under way will choose, and passes over sequences that do (<see cref="Sequence.IsHeld"/>).
/// In steady state it takes no memory. Not thread-safe.
/// </summary>
internal sealed class StepPlanner(BlockLedger ledger, StepLimits limits)
{
    private readonly WaitingLine _waiting = new(ledger);
    private readonly List<Sequence> _running = new(limits.MaxRunning);

    /// <summary>Sequences that hold blocks, oldest first: also those that only wait for their last tokens.</summary>
    public IReadOnlyList<Sequence> Running => _running;

    /// <summary>Sequences that hold none, in line.</summary>
    public IEnumerable<Sequence> Waiting => _waiting.All;

    /// <summary>Number of sequences that hold none.</summary>
    public int WaitingCount => _waiting.Count;

    /// <summary>Times a running sequence lost its blocks.</summary>
    public long Preemptions { get; private set; }

    /// <summary>Puts a sequence behind all that wait.</summary>
    public void Add(Sequence sequence) => _waiting.Add(sequence);

    /// <summary>
    /// Plans a step, taking the blocks it needs. The plan is empty only when there is nothing to do before a step under way
    /// has ended: a lone sequence always fits, since none is accepted that could not.
    /// </summary>
    /// <param name="plan">What the plan is written to; what was in it is dropped.</param>
    public void Plan(StepPlan plan)
    {
        plan.Clear();
        int complete = CountComplete();
        long preemptions = Preemptions;
        bool fits = Continue(plan, prefill: false, complete) & Continue(plan, prefill: true, complete);

        // Whoever just lost blocks would only take them back: let the others get on first.
        if (fits && preemptions == Preemptions)
        {
            Admit(plan, limits.MaxRunning + complete);
        }
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
            return;
        }

        GiveBack(sequence);
    }

    /// <summary>Throws unless the books balance: blocks, references, and what sequences hold.</summary>
    public void CheckIntegrity()
    {
        ledger.CheckIntegrity([.. _running.Concat(_waiting.All).Select(sequence => sequence.Table)]);
        foreach (Sequence sequence in _running)
        {
            if (sequence.Computed >= sequence.Length || ledger.BlocksFor(sequence.Computed) > sequence.Table.Blocks.Count)
            {
                throw new CacheIntegrityException(
                    $"{sequence.Id}: {sequence.Computed} of {sequence.Length} tokens computed, {sequence.Table.Blocks.Count} blocks.");
            }
        }

        if (_waiting.All.FirstOrDefault(sequence => sequence.Table.Blocks.Count > 0 || sequence.Computed > 0) is { } holder)
        {
            throw new CacheIntegrityException($"{holder.Id} waits and holds {holder.Table.Blocks.Count} blocks.");
        }
    }

    private int CountComplete()
    {
        int count = 0;
        foreach (Sequence sequence in _running)
        {
            count += sequence.IsComplete ? 1 : 0;
        }

        return count;
    }

    /// <summary>Takes on running sequences: those that decode, or those with more to compute.</summary>
    /// <returns>Whether there were blocks for all.</returns>
    private bool Continue(StepPlan plan, bool prefill, int complete)
    {
        bool fits = true;
        for (int i = 0; i < _running.Count && plan.Tokens < limits.TokenBudget; i++)
        {
            Sequence sequence = _running[i];
            if (sequence.Remaining > 1 != prefill || sequence.IsComplete || sequence.IsHeld)
            {
                continue;
            }

            int count = ChunkSize(sequence, plan);
            if (MakeRoom(i, sequence.Computed + count, complete))
            {
                Take(sequence, count, prefill ? 0 : DraftSize(i, plan), plan);
            }
            else
            {
                fits = false;
            }
        }

        return fits;
    }

    /// <summary>Lets younger sequences give way until one has room to grow; in the end it gives way itself.</summary>
    private bool MakeRoom(int index, int tokens, int complete)
    {
        Sequence sequence = _running[index];
        bool decodes = sequence.Remaining == 1;
        while (!ledger.CanGrow(sequence.Table, tokens))
        {
            // Complete ones give their blocks back with the next results: that is worth waiting for.
            int victim = complete > 0 ? -1 : _running.Count - 1;

            // Whoever decodes has been planned already when prompts are.
            while (!decodes && victim > index && _running[victim].Remaining == 1)
            {
                victim--;
            }

            if (victim < 0 || (victim == index && !decodes))
            {
                return false;
            }

            Preempt(victim);
            if (victim == index)
            {
                return false;
            }
        }

        return true;
    }

    private void Preempt(int index)
    {
        Sequence victim = _running[index];
        _running.RemoveAt(index);
        GiveBack(victim);
        victim.Computed = 0;
        victim.Preemptions++;
        Preemptions++;
        _waiting.AddFirst(victim);
    }

    private void GiveBack(Sequence sequence)
    {
        // Of the last block the last token may have been unknown when it was planned.
        ledger.Register(sequence.Table, sequence.Tokens, Math.Min(sequence.Computed, sequence.Tokens.Length));
        ledger.Release(sequence.Table);
    }

    private void Admit(StepPlan plan, int maxRunning)
    {
        if (_waiting.Count == 0 || plan.Tokens >= limits.TokenBudget || _running.Count >= maxRunning)
        {
            return;
        }

        int promised = 0;
        foreach (Sequence sequence in _running)
        {
            promised += Promised(sequence);
        }

        _waiting.Survey();
        while (plan.Tokens < limits.TokenBudget && _running.Count < maxRunning && _waiting.Next() is >= 0 and int next)
        {
            Sequence sequence = _waiting.At(next);
            if (sequence.IsHeld)
            {
                // Only one that was preempted can be: it goes before all others, as soon as its token is there.
                return;
            }

            int cached = sequence.ScoresPrompt ? 0 : ledger.TakeCachedPrefix(sequence.Table, sequence.Tokens);

            // Room for all of it and one token more, beyond what those running will still ask for to get as far:
            // otherwise the newcomer would soon be preempted, and its work lost.
            if (_running.Count > 0 && promised + Promised(sequence) > ledger.Pool.Available)
            {
                ledger.Release(sequence.Table);
                return;
            }

            _waiting.Admit(next);
            _running.Add(sequence);
            sequence.Computed = cached;
            sequence.CachedTokens ??= cached;
            ledger.Announce(sequence.Table, sequence.Tokens);
            Take(sequence, ChunkSize(sequence, plan), 0, plan);
            promised += Promised(sequence);
            _waiting.SeeSharersOf(sequence);
        }
    }

    /// <summary>Blocks that a sequence needs beyond its own for all its tokens and one more.</summary>
    private int Promised(Sequence sequence) =>
        sequence.IsComplete ? 0 : Math.Max(0, ledger.BlocksFor(sequence.Length + 1) - sequence.Table.Blocks.Count);

    private int ChunkSize(Sequence sequence, StepPlan plan)
    {
        int most = Math.Min(limits.PrefillChunk, limits.TokenBudget - plan.Tokens);
        most = sequence.ScoresPrompt ? Math.Min(most, Math.Max(1, limits.Chosen - plan.Chosen)) : most;
        return Math.Min(sequence.Remaining, most);
    }

    /// <summary>
    /// How many of a decoding sequence's guessed tokens fit: beside a token for each that is planned after it, and without taking
    /// anybody's blocks.
    /// </summary>
    private int DraftSize(int index, StepPlan plan)
    {
        Sequence sequence = _running[index];
        int others = _running.Count - index;
        int most = Math.Min(limits.TokenBudget - plan.Tokens, limits.Chosen - plan.Chosen) - others;
        int size = Math.Min(sequence.Draft.Count, Math.Min(most, sequence.MaxTokens - sequence.Generated - 1));
        while (size > 0 && !ledger.CanGrow(sequence.Table, sequence.Length + size))
        {
            size--;
        }

        return Math.Max(0, size);
    }

    /// <summary>Plans a chunk. Only tokens that are sure are made known to others: guessed ones may prove wrong.</summary>
    private void Take(Sequence sequence, int count, int drafted, StepPlan plan)
    {
        int end = sequence.Computed + count;
        sequence.Draft.RemoveRange(drafted, sequence.Draft.Count - drafted);

        // The last token that it chooses is never computed.
        ledger.Grow(sequence.Table, end + drafted, sequence.PromptLength + sequence.MaxTokens - 1);
        ledger.Register(sequence.Table, sequence.Tokens, Math.Min(end, sequence.Tokens.Length));
        plan.Add(new PlannedChunk(sequence, sequence.Computed, count + drafted, drafted));
    }
}
