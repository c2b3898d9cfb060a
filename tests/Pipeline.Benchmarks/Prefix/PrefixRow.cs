using Pipeline.Tokenization.Prefixes;

namespace Pipeline.Benchmarks.Prefix;

/// <summary>What one run has shown.</summary>
internal sealed record PrefixRow
{
    /// <summary><c>file</c> or <c>plan</c>: the order in which the engine was given the jobs.</summary>
    public required string Order { get; init; }

    /// <summary>Blocks of the cache.</summary>
    public required int Blocks { get; init; }

    /// <summary>What the plan said.</summary>
    public required CachePrediction Predicted { get; init; }

    /// <summary>What a cache of this size, by the books, makes of jobs that run strictly in this order.</summary>
    public required CachePrediction Simulated { get; init; }

    /// <summary>What the engine reported of its jobs.</summary>
    public required CachePrediction Measured { get; init; }

    /// <summary>Prompt tokens that the engine computed: those not cached, and those of jobs that lost their blocks.</summary>
    public required long Computed { get; init; }

    /// <summary>Jobs that lost their blocks.</summary>
    public required long Preemptions { get; init; }

    public required double Seconds { get; init; }

    /// <summary>The most that <see cref="OverLeast"/> may be.</summary>
    public required double Limit { get; init; }

    /// <summary>Prompt tokens computed over the least possible.</summary>
    public double OverLeast => (double)Computed / Predicted.PrefillTokens;

    /// <summary>Points by which the plan's hit rate missed the measured one.</summary>
    public double Missed => 100 * Math.Abs(Predicted.HitRate - Measured.HitRate);
}
