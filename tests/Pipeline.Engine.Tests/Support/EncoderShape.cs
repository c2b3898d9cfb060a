namespace Pipeline.Engine.Tests.Support;

/// <summary>The shape of a made-up encoder, how its vectors are made, and its seed.</summary>
public sealed record EncoderShape
{
    public string ModelType { get; init; } = "bert";

    /// <summary>What stands in front of the weights' names.</summary>
    public string Prefix { get; init; } = "";

    public int Width { get; init; } = 32;

    public int Intermediate { get; init; } = 56;

    public int Layers { get; init; } = 2;

    public int Heads { get; init; } = 4;

    public int Vocabulary { get; init; } = 97;

    /// <summary>Rows of the position table.</summary>
    public int Positions { get; init; } = 80;

    public int TokenTypes { get; init; } = 2;

    public int PadToken { get; init; }

    public double Epsilon { get; init; } = 1e-12;

    /// <summary>The flag of the pooling module, without <c>pooling_mode_</c>; null for a directory without modules.</summary>
    public string? Pooling { get; init; } = "mean_tokens";

    public bool Normalised { get; init; } = true;

    public int? MaxSequenceLength { get; init; }

    public IReadOnlyList<int>? Matryoshka { get; init; }

    /// <summary>A token whose embedding is not a number.</summary>
    public int? BrokenToken { get; init; }

    public int Seed { get; init; } = 1;
}
