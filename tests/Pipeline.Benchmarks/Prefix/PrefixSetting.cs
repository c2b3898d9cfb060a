namespace Pipeline.Benchmarks.Prefix;

/// <summary>What is run: a file of jobs made from templates, in an engine of some size.</summary>
internal sealed record PrefixSetting
{
    /// <summary>A model directory, or the name of a shape.</summary>
    public required string Model { get; init; }

    public int Jobs { get; init; } = 2000;

    /// <summary>Instructions that jobs begin with, each as often as the others.</summary>
    public int Templates { get; init; } = 50;

    /// <summary>Tokens of a template, from and to.</summary>
    public (int Least, int Most) TemplateTokens { get; init; } = (200, 400);

    /// <summary>Tokens of a job's own, from and to.</summary>
    public (int Least, int Most) OwnTokens { get; init; } = (50, 150);

    /// <summary>Tokens generated for each job.</summary>
    public int Output { get; init; } = 8;

    /// <summary>Jobs that the engine runs at a time.</summary>
    public int Running { get; init; } = 32;

    /// <summary>Jobs that the engine is given beyond those that it runs.</summary>
    public int Waiting { get; init; } = 512;

    public int Threads { get; init; } = Environment.ProcessorCount;

    public int Seed { get; init; } = 1;
}
