using System.Collections.ObjectModel;

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

    /// <summary>Who guesses its tokens ahead; null: as the engine's options say. The tokens are the same whoever does.</summary>
    public SpeculationMode? Speculation { get; init; }

    /// <summary>
    /// Whether to go on past the model's end tokens, to <see cref="MaxTokens"/>. With a <see cref="Constraint"/> they end it all
    /// the same: nothing may follow them.
    /// </summary>
    public bool IgnoreEndTokens { get; init; }

    /// <summary>Further tokens that end the completion. Their text is not part of it.</summary>
    public IReadOnlyList<int> StopTokens { get; init; } = [];

    /// <summary>
    /// So many tokens are generated before one may end the completion, and text of so many is not searched for stop texts. A
    /// <see cref="Constraint"/> that allows nothing but the end goes first. Default 0.
    /// </summary>
    public int MinTokens { get; init; }

    /// <summary>
    /// How many of the likeliest tokens to tell for each token generated, beside its own probability; null for neither. From 0 to
    /// 20. See <see cref="TokenLogprobs"/>.
    /// </summary>
    public int? Logprobs { get; init; }

    /// <summary>
    /// How many of the likeliest tokens to tell for each token of the prompt but the first, beside its own probability; null for
    /// neither. From 0 to 20. The prompt is then computed whole, also what the prefix cache has of it.
    /// </summary>
    public int? PromptLogprobs { get; init; }

    /// <summary>
    /// Which of several completions of the same prompt it is. Under the same seed each has chances of its own, and the first, 0,
    /// those of a completion that is alone.
    /// </summary>
    public int Choice { get; init; }

    /// <summary>What the output has to be like, or null.</summary>
    public OutputConstraint? Constraint { get; init; }

    /// <summary>Special tokens that are part of the text, such as those by which a model marks calls. Others are left out of it.</summary>
    public IReadOnlySet<int> ShownTokens { get; init; } = ReadOnlySet<int>.Empty;
}
