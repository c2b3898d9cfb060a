using Pipeline.Tokenization.Decoding;

namespace Pipeline.Tokenization;

/// <summary>
/// Turns tokens into text as they come. A character whose bytes are spread over tokens appears when it is whole, never in
/// halves; bytes that can no longer become a character appear as U+FFFD. All that <see cref="Append"/> and
/// <see cref="Flush"/> return, joined, is what <see cref="Tokenizer.Decode(ReadOnlySpan{int}, bool)"/> returns for the same
/// tokens. Not thread-safe: one per sequence.
/// </summary>
public sealed class IncrementalDecoder
{
    private readonly Tokenizer _tokenizer;
    private readonly bool _skipSpecial;
    private readonly DecodedText _text = new();
    private ITokenTexts _steps;

    internal IncrementalDecoder(Tokenizer tokenizer, bool skipSpecial)
    {
        _tokenizer = tokenizer;
        _skipSpecial = skipSpecial;
        _steps = tokenizer.CreateDecodingSteps(_text);
    }

    /// <summary>Takes the next token and returns the text that it makes certain, which may be empty.</summary>
    /// <param name="id">A token id; one that the vocabulary does not have adds nothing.</param>
    public string Append(int id)
    {
        if (!(_skipSpecial && _tokenizer.IsSpecial(id)) && _tokenizer.Spelling(id) is { } token)
        {
            _steps.Add(token);
        }
        return _text.Take();
    }

    /// <summary>Returns what is left: U+FFFD where the last character was never completed. Ready for new text after it.</summary>
    public string Flush()
    {
        _steps.End();
        _steps = _tokenizer.CreateDecodingSteps(_text);
        return _text.Take();
    }
}
