using Pipeline.Tokenization;

namespace Pipeline.Engine.Sampling;

/// <summary>The tokenizer's decoder, without special tokens but those that are to be shown.</summary>
/// <param name="tokenizer">The tokenizer.</param>
/// <param name="shown">Special tokens that are text all the same.</param>
internal sealed class TokenizerTextDecoder(Tokenizer tokenizer, IReadOnlySet<int> shown) : ITextDecoder
{
    private readonly IncrementalDecoder _decoder = tokenizer.CreateDecoder();

    /// <inheritdoc/>
    public string Append(int token) =>
        shown.Contains(token) ? _decoder.Flush() + tokenizer.Decode([token], skipSpecial: false) : _decoder.Append(token);

    /// <inheritdoc/>
    public string Flush() => _decoder.Flush();
}
