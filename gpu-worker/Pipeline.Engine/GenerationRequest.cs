namespace Pipeline.Engine;

/// <summary>One completion to generate.</summary>
public sealed record GenerationRequest
{
    /// <summary>Names the request; unique among those in the engine.</summary>
    public required string Id { get; init; }

    /// <summary>The prompt's token ids; at least one.</summary>
    public required IReadOnlyList<int> Prompt { get; init; }

    /// <summary>Tokens to generate at most. Default 16.</summary>
    public int MaxTokens { get; init; } = 16;

    /// <summary>How tokens are chosen.</summary>
    public SamplingParameters Sampling { get; init; } = new();

    /// <summary>Texts that end the completion; the text is cut before them. They may span tokens.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>Only requests of the same salt share cached prefixes.</summary>
    public string CacheSalt { get; init; } = "";

    /// <summary>Whether to go on past the model's end tokens, to <see cref="MaxTokens"/>.</summary>
    public bool IgnoreEndTokens { get; init; }
}
