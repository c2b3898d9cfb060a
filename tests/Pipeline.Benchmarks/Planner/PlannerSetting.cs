namespace Pipeline.Benchmarks.Planner;

/// <summary>What the planner is given to do.</summary>
internal sealed record PlannerSetting
{
    /// <summary>Sequences to run through.</summary>
    public int Admissions { get; init; } = 1_000_000;

    /// <summary>Sequences that run at a time.</summary>
    public int Running { get; init; } = 1024;

    /// <summary>Sequences that wait at a time.</summary>
    public int Waiting { get; init; } = 2048;

    /// <summary>Blocks of the cache: by default too few for all templates, so that some are given up all the time.</summary>
    public int Blocks { get; init; } = 24_000;

    /// <summary>Tokens in a block.</summary>
    public int BlockSize { get; init; } = 16;

    /// <summary>Tokens computed in a step.</summary>
    public int TokenBudget { get; init; } = 8192;

    /// <summary>Beginnings that prompts share.</summary>
    public int Templates { get; init; } = 200;

    /// <summary>Tokens of the longest template; the shortest has a fourth.</summary>
    public int LongestTemplate { get; init; } = 1024;

    /// <summary>Tokens of a prompt's own, at most.</summary>
    public int LongestOwn { get; init; } = 256;

    /// <summary>Tokens generated, at most; at least a fourth.</summary>
    public int LongestOutput { get; init; } = 96;
}
