namespace Pipeline.Benchmarks.Throughput;

/// <summary>What came of one run. Null is what the one who ran does not tell.</summary>
internal sealed record RunResult
{
    /// <summary>Who ran: <c>engine</c>, or the peer's name.</summary>
    public required string Who { get; init; }

    /// <summary>How: the kernels, the peer's library and settings.</summary>
    public string How { get; init; } = "";

    /// <summary>From the first job's start to the last one's end, on the clock; loading and warming up left out.</summary>
    public required double Seconds { get; init; }

    public required long PromptTokens { get; init; }

    public required long OutputTokens { get; init; }

    /// <summary>Prompt tokens that were computed, not found.</summary>
    public long? PrefillTokens { get; init; }

    /// <summary>Prompt tokens that had to be computed.</summary>
    public required long LeastPrefill { get; init; }

    /// <summary>Prompt tokens a second, of the steps that compute prompts.</summary>
    public double? PrefillRate { get; init; }

    /// <summary>Output tokens a second, of the steps that compute no prompts.</summary>
    public double? DecodeRate { get; init; }

    public long? Steps { get; init; }

    /// <summary>Tokens computed in a decode step, on average.</summary>
    public double? MeanBatch { get; init; }

    /// <summary>The least time that the ceilings allow for all steps, over their time.</summary>
    public double? RooflineShare { get; init; }

    /// <summary>The bytes that decode steps must read, over what memory gives in their time.</summary>
    public double? DecodeBandwidthShare { get; init; }

    /// <summary>The operations of prefill steps, over what matrix products do in their time.</summary>
    public double? PrefillMatrixShare { get; init; }

    /// <summary>The engine's own work between the device's, over all of the steps' time.</summary>
    public double? HostShare { get; init; }

    /// <summary>Managed memory allocated in a step, on average.</summary>
    public double? AllocatedPerStep { get; init; }

    /// <summary>The most memory that the process had, in bytes.</summary>
    public long? PeakMemory { get; init; }

    public double? LoadSeconds { get; init; }

    /// <summary>Processor time that others took of the whole machine's during the run, as a share.</summary>
    public double? Disturbance { get; init; }

    /// <summary>The generated tokens, job by job; null in reports.</summary>
    public int[][]? Outputs { get; init; }

    /// <summary>FNV-1a over all outputs, once they are left out: equal tokens, equal hash.</summary>
    public string? OutputsHash { get; init; }

    /// <summary>Output tokens a second.</summary>
    public double OutputRate => OutputTokens / Seconds;

    /// <summary>Prompt and output tokens a second.</summary>
    public double TotalRate => (PromptTokens + OutputTokens) / Seconds;

    /// <summary>The result for a report: the outputs' hash in their place.</summary>
    public RunResult Reported() => this with { Outputs = null, OutputsHash = Hash(Outputs ?? []) };

    private static string Hash(int[][] outputs) => outputs.SelectMany(output => output)
        .Aggregate(2166136261u, (hash, token) => unchecked((hash ^ (uint)token) * 16777619u)).ToString("x8", null);
}
