using System.Text;
using Pipeline.Engine;
using Pipeline.Tokenization;

namespace Pipeline.GpuWorker.Answers;

/// <summary>Lays out the tokens of an answer along its text.</summary>
/// <param name="tokenizer">The model's tokenizer.</param>
/// <param name="shownTokens">Special tokens that are part of the text.</param>
internal sealed class ScoredText(Tokenizer tokenizer, IReadOnlySet<int> shownTokens)
{
    private readonly List<ScoredToken> _tokens = [];
    private int _length;

    /// <summary>The tokens so far.</summary>
    public IReadOnlyList<ScoredToken> Tokens => _tokens;

    /// <summary>Adds a prompt that the answer repeats: all of its tokens, those too that are no text.</summary>
    /// <param name="prompt">Its tokens.</param>
    /// <param name="logprobs">How likely they are, but for the first.</param>
    public void AddPrompt(IReadOnlyList<int> prompt, IReadOnlyList<TokenLogprobs> logprobs)
    {
        IncrementalDecoder decoder = tokenizer.CreateDecoder();
        for (int i = 0; i < prompt.Count; i++)
        {
            Add(prompt[i], i == 0 ? null : logprobs[i - 1]);
            _length += Characters(decoder.Append(prompt[i]));
        }
        _length += Characters(decoder.Flush());
    }

    /// <summary>Adds a completion: the tokens that begin before its text ends, so neither end token nor what comes of a stop text.</summary>
    public void AddCompletion(GenerationResult result)
    {
        IncrementalDecoder decoder = tokenizer.CreateDecoder();
        int end = _length + Characters(result.Text);
        for (int i = 0; i < result.Tokens.Count && _length < end; i++)
        {
            int token = result.Tokens[i];
            Add(token, result.Logprobs![i]);
            _length += shownTokens.Contains(token)
                ? Characters(decoder.Flush()) + Characters(tokenizer.Decode([token], skipSpecial: false)) : Characters(decoder.Append(token));
        }
    }

    /// <summary>The tokens of a part of the text: those that begin in it.</summary>
    /// <param name="part">The part, such as what is said after thoughts.</param>
    /// <param name="text">The text.</param>
    public IReadOnlyList<ScoredToken> Of(string part, string text)
    {
        int at = text.LastIndexOf(part, StringComparison.Ordinal);
        int start = at < 0 ? _length : Characters(text[..at]), end = start + Characters(part);
        return [.. _tokens.Where(token => token.Offset >= start && token.Offset < end)];
    }

    private void Add(int token, TokenLogprobs? scored) => _tokens.Add(new ScoredToken(
        BytesOf(token),
        scored?.Logprob,
        [.. (scored?.Top ?? []).Select(top => (BytesOf(top.Token), top.Logprob))],
        _length));

    /// <summary>A token's bytes; of one that is no text, as special ones are, those of its name.</summary>
    private byte[] BytesOf(int token) =>
        tokenizer.TryGetBytes(token, out ReadOnlyMemory<byte> bytes) ? bytes.ToArray() : Encoding.UTF8.GetBytes(tokenizer.Decode([token], skipSpecial: false));

    private static int Characters(string text) => text.EnumerateRunes().Count();
}
