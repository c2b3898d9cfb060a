namespace Pipeline.Engine.Tests.Support;

/// <summary>The shape of a made-up model, and its seed.</summary>
public sealed record ModelShape
{
    /// <summary>config.json's model_type: which weights there are follows from it.</summary>
    public string ModelType { get; init; } = "llama";

    /// <summary>Settings of config.json beside those that the shape states, or in place of them; null takes one out.</summary>
    public IReadOnlyDictionary<string, object?> Settings { get; init; } = new Dictionary<string, object?>();

    /// <summary>Files that the weights are spread over.</summary>
    public int Shards { get; init; } = 1;

    /// <summary>Experts of a mixture, in all layers but those that mlp_only_layers lists.</summary>
    public int Experts { get; init; }

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

    public bool IsGemma => ModelType.StartsWith("gemma", StringComparison.Ordinal);

    /// <summary>A token whose embedding is not a number.</summary>
    public int? BrokenToken { get; init; }
}
