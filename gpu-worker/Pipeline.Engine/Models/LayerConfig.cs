namespace Pipeline.Engine.Models;

/// <summary>What a layer has of its own, where a model's layers are not all alike.</summary>
public sealed record LayerConfig
{
    /// <summary>A layer that sees everything before it, by the first rotary settings, and is dense.</summary>
    public static LayerConfig Plain { get; } = new();

    /// <summary>Tokens that a token attends over, its own included; null for all before it.</summary>
    public int? Window { get; init; }

    /// <summary>Which of <see cref="ModelConfig.Ropes"/> turns its heads.</summary>
    public int Rope { get; init; }

    /// <summary>Whether its feed-forward layer is a mixture of experts.</summary>
    public bool IsMixture { get; init; }
}
