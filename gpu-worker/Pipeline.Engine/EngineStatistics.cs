namespace Pipeline.Engine;

/// <summary>How an engine stands at one moment.</summary>
public sealed record EngineStatistics
{
    /// <summary>Requests that hold blocks.</summary>
    public int Running { get; init; }

    /// <summary>Requests that wait for blocks.</summary>
    public int Waiting { get; init; }

    /// <summary>Blocks of the KV cache.</summary>
    public int TotalBlocks { get; init; }

    /// <summary>Blocks that hold nothing worth keeping.</summary>
    public int FreeBlocks { get; init; }

    /// <summary>Blocks that nobody uses but whose contents can be found again.</summary>
    public int CachedBlocks { get; init; }

    /// <summary>Times a request lost its blocks to older ones, since the start.</summary>
    public long Preemptions { get; init; }

    /// <summary>Seconds spent in steps, since the start.</summary>
    public double BusySeconds { get; init; }

    /// <summary>Steps, since the start.</summary>
    public long Steps { get; init; }

    /// <summary>Prompt tokens computed, since the start.</summary>
    public long PrefillTokens { get; init; }

    /// <summary>Generated tokens computed, and guessed ones that were checked, since the start.</summary>
    public long DecodeTokens { get; init; }

    /// <summary>Times that a step checked guessed tokens of a request, since the start.</summary>
    public long Drafts { get; init; }

    /// <summary>Tokens guessed and checked, since the start.</summary>
    public long DraftedTokens { get; init; }

    /// <summary>How many of them were right, since the start: generated tokens that took no step of their own.</summary>
    public long AcceptedTokens { get; init; }

    /// <summary>
    /// Seconds of the engine's thread in steps, other than computing on a CPU or waiting for a device, since the start: planning,
    /// launching, and turning tokens into text.
    /// </summary>
    public double HostSeconds { get; init; }

    /// <summary>Bytes of managed memory that steps asked for, since the start.</summary>
    public long AllocatedBytes { get; init; }
}
