namespace Pipeline.Engine.Planning;

/// <summary>What one forward pass computes: at most one chunk for each sequence. Filled anew for every step.</summary>
internal sealed class StepPlan
{
    private PlannedChunk[] _chunks = new PlannedChunk[64];
    private int _count;

    /// <summary>The chunks; valid until the plan is filled again.</summary>
    public ReadOnlySpan<PlannedChunk> Chunks => _chunks.AsSpan(0, _count);

    /// <summary>Whether there is nothing to compute.</summary>
    public bool IsEmpty => _count == 0;

    /// <summary>Tokens of all chunks.</summary>
    public int Tokens { get; private set; }

    /// <summary>Tokens of the chunks that are prompt work.</summary>
    public int PrefillTokens { get; private set; }

    /// <summary>Tokens that it chooses or scores.</summary>
    public int Chosen { get; private set; }

    /// <summary>Empties the plan, and lets go of the sequences in it.</summary>
    public void Clear()
    {
        Array.Clear(_chunks, 0, _count);
        _count = Tokens = PrefillTokens = Chosen = 0;
    }

    /// <summary>Adds a chunk.</summary>
    public void Add(PlannedChunk chunk)
    {
        if (_count == _chunks.Length)
        {
            Array.Resize(ref _chunks, 2 * _count);
        }

        _chunks[_count++] = chunk;
        Tokens += chunk.Count;
        Chosen += chunk.Scored + chunk.Chosen;
        PrefillTokens += chunk.IsPrefill ? chunk.Count : 0;
    }
}
