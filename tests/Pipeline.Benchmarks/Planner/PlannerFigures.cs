namespace Pipeline.Benchmarks.Planner;

/// <summary>What planning took.</summary>
internal sealed record PlannerFigures
{
    /// <summary>Sequences that ran through.</summary>
    public required long Admissions { get; init; }

    /// <summary>Steps planned.</summary>
    public required long Steps { get; init; }

    /// <summary>Sequences in a step.</summary>
    public required double MeanRunning { get; init; }

    /// <summary>Time of a step for each sequence in it: adding, planning, the books of each token, and leaving.</summary>
    public required double MicrosecondsPerSequenceStep { get; init; }

    /// <summary>Time of a step.</summary>
    public required double MicrosecondsPerStep { get; init; }

    /// <summary>Time of a step in which nobody came.</summary>
    public required double MicrosecondsPerQuietStep { get; init; }

    /// <summary>Managed memory asked for by a step, after the first tenth of all.</summary>
    public required double BytesPerStep { get; init; }

    /// <summary>Share of prompt tokens that needed no computing.</summary>
    public required double HitRate { get; init; }

    /// <summary>Times a sequence lost its blocks.</summary>
    public required long Preemptions { get; init; }
}
