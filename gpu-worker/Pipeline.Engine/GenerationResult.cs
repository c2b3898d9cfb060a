namespace Pipeline.Engine;

/// <summary>A completion, and what it took.</summary>
public sealed record GenerationResult
{
    /// <summary>All generated tokens: with the end token, and with those of a stop text.</summary>
    public required IReadOnlyList<int> Tokens { get; init; }

    /// <summary>How likely each generated token was; null where that was not asked for.</summary>
    public IReadOnlyList<TokenLogprobs>? Logprobs { get; init; }

    /// <summary>How likely each token of the prompt but the first was; null where that was not asked for.</summary>
    public IReadOnlyList<TokenLogprobs>? PromptLogprobs { get; init; }

    /// <summary>The completion's text, without end token and cut before a stop text. Empty for a model without tokenizer.</summary>
    public required string Text { get; init; }

    /// <summary>Why it ended.</summary>
    public required FinishReason FinishReason { get; init; }

    /// <summary>Tokens of the prompt.</summary>
    public required int PromptTokens { get; init; }

    /// <summary>Prompt tokens that were found in the prefix cache, and so not computed.</summary>
    public required int CachedTokens { get; init; }

    /// <summary>Tokens generated.</summary>
    public int CompletionTokens => Tokens.Count;

    /// <summary>Tokens that were guessed ahead and checked: see <see cref="EngineOptions.Speculation"/>.</summary>
    public int DraftedTokens { get; init; }

    /// <summary>How many of them were right: generated tokens that took no step of their own.</summary>
    public int AcceptedTokens { get; init; }

    /// <summary>
    /// What <see cref="DecodeSeconds"/> would have been without guessing, as the engine estimates by what steps with and without guesses
    /// have cost; null where nothing was guessed, or that is not known. Divided by <see cref="DecodeSeconds"/> it is the gain.
    /// </summary>
    public double? PlainDecodeSeconds { get; init; }

    /// <summary>Generated tokens that took no step of their own because the constraint left no choice about them.</summary>
    public int ForcedTokens { get; init; }

    /// <summary>From being added to the first step that computed something for it; for one that never ran, to its end.</summary>
    public required double QueueSeconds { get; init; }

    /// <summary>Its share of the time of steps that computed its prompt. See <see cref="DeviceSeconds"/>.</summary>
    public required double PrefillSeconds { get; init; }

    /// <summary>Its share of the time of steps that computed its generated tokens.</summary>
    public required double DecodeSeconds { get; init; }

    /// <summary>
    /// Its share of the engine's busy time. Each step's wall time is divided over its sequences by the
    /// arithmetic each brought, so that these sum to the engine's busy seconds.
    /// </summary>
    public double DeviceSeconds => PrefillSeconds + DecodeSeconds;

    /// <summary>From being added to the first generated token; null when there is none.</summary>
    public double? TimeToFirstTokenSeconds { get; init; }
}
