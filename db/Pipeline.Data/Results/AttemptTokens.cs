namespace Pipeline.Data.Results;

/// <summary>What an attempt read and wrote.</summary>
/// <param name="Prompt">Tokens of the prompt, cached ones included.</param>
/// <param name="Cached">Prompt tokens found in the prefix cache.</param>
/// <param name="Completion">Tokens generated.</param>
/// <param name="Reasoning">Tokens generated as reasoning, part of <paramref name="Completion"/>.</param>
public readonly record struct AttemptTokens(int Prompt, int Cached, int Completion, int Reasoning)
{
    /// <summary>Tokens guessed ahead and checked.</summary>
    public int Drafted { get; init; }

    /// <summary>How many of them were right, part of <see cref="Completion"/>.</summary>
    public int Accepted { get; init; }
}
