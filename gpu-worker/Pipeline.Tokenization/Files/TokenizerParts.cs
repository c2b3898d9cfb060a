using Pipeline.Tokenization.Models;

namespace Pipeline.Tokenization.Files;

/// <summary>What a tokenizer is put together from, whichever file it came from.</summary>
internal sealed class TokenizerParts
{
    public required IReadOnlyList<AddedToken> AddedTokens { get; init; }

    public required Func<string, string> Normalize { get; init; }

    public required PreTokenizerPart PreTokenizer { get; init; }

    public required TokenModel Model { get; init; }

    public required PostProcessorPart PostProcessor { get; init; }

    public required DecoderPart Decoder { get; init; }
}
