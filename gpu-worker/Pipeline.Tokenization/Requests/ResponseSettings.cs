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
}
