using Pipeline.Tokenization;

namespace Pipeline.Engine.Sampling;

/// <summary>The tokenizer's decoder, without special tokens.</summary>
internal sealed class TokenizerTextDecoder(Tokenizer tokenizer) : ITextDecoder
{
    private readonly IncrementalDecoder _decoder = tokenizer.CreateDecoder();

    /// <inheritdoc/>
    public string Append(int token) => _decoder.Append(token);

    /// <inheritdoc/>
    public string Flush() => _decoder.Flush();
}
