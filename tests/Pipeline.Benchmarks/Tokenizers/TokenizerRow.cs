namespace Pipeline.Benchmarks.Tokenizers;

/// <summary>One vocabulary over one kind of text, on one thread.</summary>
internal sealed record TokenizerRow
{
    public required string Vocabulary { get; init; }

    public required string Text { get; init; }

    /// <summary>UTF-8, in units of a million bytes.</summary>
    public required double Megabytes { get; init; }

    public required long Tokens { get; init; }

    /// <summary>By a tokenizer that has seen no text before.</summary>
    public required double MegabytesPerSecond { get; init; }

    public required double TokensPerSecond { get; init; }

    /// <summary>The same text again.</summary>
    public required double WarmMegabytesPerSecond { get; init; }

    /// <summary>Hugging Face's original in node, the same text again.</summary>
    public required double RustMegabytesPerSecond { get; init; }

    /// <summary>Its port to JavaScript, the same text again.</summary>
    public required double JavaScriptMegabytesPerSecond { get; init; }

    /// <summary>Whether the original made as many tokens of every line.</summary>
    public required bool SameTokens { get; init; }
}
