using System.Runtime.InteropServices;
using Pipeline.Engine.Cache;

namespace Pipeline.Engine.Planning;

/// <summary>
/// Sequences that hold no blocks, in the order they came. Of the first <see cref="Reach"/> the one with the longest cached
/// prefix goes next, and among equals the one with the most sharers: these run while what they share is there. The cached
/// prefixes of those who are looked at are kept for them. Nobody starves: who stands at the front is passed by at most
/// <see cref="Patience"/> times. Not thread-safe.
/// </summary>
internal sealed class WaitingLine(BlockLedger ledger)
{
    /// <summary>How far down the line the next is looked for.</summary>
    public const int Reach = 512;

    /// <summary>How often the first may be passed by.</summary>
    public const int Patience = 128;

    private readonly List<Candidate> _near = new(Reach + 1);
    private readonly LinkedList<Sequence> _far = [];
    private int _passed;

    /// <summary>Number of sequences.</summary>
    public int Count => _near.Count + _far.Count;

    /// <summary>All of them, in line.</summary>
    public IEnumerable<Sequence> All => _near.Select(candidate => candidate.Sequence).Concat(_far);

    /// <summary>Puts a sequence behind all others.</summary>
    public void Add(Sequence sequence)
    {
        _far.AddLast(sequence.Place);
        FillNear();
    }

    /// <summary>Puts a sequence that ran before in front of all others: it goes next.</summary>
    public void AddFirst(Sequence sequence)
    {
        ledger.Await(sequence.Table, sequence.Tokens);
        _near.Insert(0, new Candidate(sequence));
        _passed = 0;
    }

    /// <summary>Takes a sequence out, if it is there.</summary>
    public void Remove(Sequence sequence)
    {
        if (sequence.Place.List is not null)
        {
            _far.Remove(sequence.Place);
            return;
        }

        int index = _near.FindIndex(candidate => candidate.Sequence == sequence);
        if (index >= 0)
        {
            RemoveAt(index);
        }
    }

    /// <summary>Looks up what each near sequence would find in the cache. Before a step's first <see cref="Next"/>.</summary>
    public void Survey()
    {
        foreach (ref Candidate candidate in CollectionsMarshal.AsSpan(_near))
        {
            candidate = Look(candidate);
        }
    }

    /// <summary>The place of the one to go next, or -1: all had better wait until others have computed what they share.</summary>
    public int Next()
    {
        ReadOnlySpan<Candidate> near = CollectionsMarshal.AsSpan(_near);
        if (near.Length > 0 && (near[0].Sequence.Preemptions > 0 || _passed >= Patience))
        {
            return 0;
        }

        int best = -1;
        for (int i = 0; i < near.Length; i++)
        {
            if (!near[i].Coming && (best < 0 || near[i].Cached > near[best].Cached
                || (near[i].Cached == near[best].Cached && near[i].Sharers > near[best].Sharers)))
            {
                best = i;
            }
        }

        return best;
    }

    /// <summary>The sequence at a place that <see cref="Next"/> told.</summary>
    public Sequence At(int index) => _near[index].Sequence;

    /// <summary>Takes the sequence at a place out, because it runs now.</summary>
    public void Admit(int index)
    {
        _passed = index == 0 ? 0 : _passed + 1;
        RemoveAt(index);
    }

    /// <summary>Looks again at those who share what an admitted sequence has brought or is about to bring into the cache.</summary>
    public void SeeSharersOf(Sequence admitted)
    {
        BlockTable table = admitted.Table;
        foreach (ref Candidate candidate in CollectionsMarshal.AsSpan(_near))
        {
            if (candidate.Cached < table.Keys && candidate.Next == table.KnownKey(candidate.Cached))
            {
                candidate = Look(candidate);
            }
        }
    }

    private Candidate Look(Candidate candidate)
    {
        BlockTable table = candidate.Sequence.Table;
        int cached = ledger.CountCached(table, candidate.Cached, out PrefixEntry next);
        return new Candidate(
            candidate.Sequence, cached, next.Coming > 0, Math.Max(0, next.Waiting - 1), cached < table.Awaited ? table.KnownKey(cached) : UInt128.Zero);
    }

    private void RemoveAt(int index)
    {
        ledger.AwaitNoMore(_near[index].Sequence.Table);
        _near.RemoveAt(index);
        FillNear();
    }

    private void FillNear()
    {
        while (_near.Count < Reach && _far.First is { } first)
        {
            _far.RemoveFirst();
            ledger.Await(first.Value.Table, first.Value.Tokens);
            _near.Add(Look(new Candidate(first.Value)));
        }
    }
}
