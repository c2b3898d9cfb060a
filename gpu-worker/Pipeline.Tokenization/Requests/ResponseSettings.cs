using System.Text.Json;

namespace Pipeline.Tokenization.Requests;

/// <summary>What a <c>response</c> repeats of its request.</summary>
public sealed record ResponseSettings
{
    /// <summary>The instructions that went before the input, if there were any.</summary>
    public string? Instructions { get; init; }

    /// <summary>The limit that was asked for, if one was.</summary>
    public long? MaxOutputTokens { get; init; }

    /// <summary>The submitter's own notes: an object, or nothing.</summary>
    public JsonElement? Metadata { get; init; }

    /// <summary>The temperature.</summary>
    public required float Temperature { get; init; }

    /// <summary>The probability mass chosen from.</summary>
    public required float TopP { get; init; }

    /// <summary>The submitter's name for the user, if given.</summary>
    public string? User { get; init; }

    /// <summary>How much the model is to think, if that was said.</summary>
    public string? ReasoningEffort { get; init; }

    /// <summary>Whether the beginning of the conversation may be left out where all of it is too long.</summary>
    public bool Truncates { get; init; }

    /// <summary>The tools as they were given, if there were any.</summary>
    public JsonElement? Tools { get; init; }

    /// <summary>Whether and what the model has to call, as it was given.</summary>
    public JsonElement? ToolChoice { get; init; }

    /// <summary>The form of the text as it was given, if one was.</summary>
    public JsonElement? TextFormat { get; init; }

    /// <summary>How many of the likeliest tokens were asked for with each; null where no probabilities were.</summary>
    public int? TopLogprobs { get; init; }

    /// <summary>Whether the model may call several functions at once.</summary>
    public bool ParallelToolCalls { get; init; } = true;
}
