namespace Pipeline.Engine;

/// <summary>How the next token is chosen.</summary>
public sealed record SamplingParameters
{
    /// <summary>Divides the logits; 0 takes the likeliest token (the lowest id among equals). Default 1; at most 100.</summary>
    public float Temperature { get; init; } = 1;

    /// <summary>Chooses among the likeliest tokens that together have this probability. Above 0; default 1, all.</summary>
    public float TopP { get; init; } = 1;

    /// <summary>With a seed the same request gives the same tokens, whatever else runs. Null: drawn anew.</summary>
    public long? Seed { get; init; }
}
