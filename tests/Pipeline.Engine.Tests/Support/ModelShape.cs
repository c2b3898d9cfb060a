namespace Pipeline.Engine.Tests.Support;

/// <summary>The shape of a made-up model, and its seed.</summary>
public sealed record ModelShape
{
    public int Hidden { get; init; } = 32;

    public int Intermediate { get; init; } = 48;

    public int Layers { get; init; } = 2;

    public int Heads { get; init; } = 4;

    public int KeyValueHeads { get; init; } = 2;

    public int HeadSize { get; init; } = 8;

    public int Vocabulary { get; init; } = 97;

    public int Context { get; init; } = 512;

    public bool Tied { get; init; }

    public bool Bias { get; init; }

    public bool Llama3Rope { get; init; }

    public int Seed { get; init; } = 1;

    public IReadOnlyList<int> EndTokens { get; init; } = [];

    /// <summary>A token whose embedding is not a number.</summary>
    public int? BrokenToken { get; init; }
}
