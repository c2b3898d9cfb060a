using System.Text;

namespace Pipeline.Engine.Sampling;

/// <summary>A completion's text as it grows, watched for stop texts.</summary>
/// <param name="decoder">Makes text of tokens; null for a model without tokenizer: the text stays empty.</param>
/// <param name="stops">Texts to end at; none empty.</param>
internal sealed class CompletionText(ITextDecoder? decoder, IReadOnlyList<string> stops)
{
    private readonly StringBuilder _text = new();
    private readonly int _longestStop = stops.Count == 0 ? 0 : stops.Max(stop => stop.Length);

    /// <summary>Adds a token's text.</summary>
    /// <returns>Whether a stop text came up; the text is then cut before the first of them.</returns>
    public bool Append(int token) => decoder is not null && Add(decoder.Append(token));

    /// <summary>Adds what the decoder still held back, at the end.</summary>
    public void Flush()
    {
        if (decoder is not null)
        {
            Add(decoder.Flush());
        }
    }

    /// <summary>The text so far.</summary>
    public override string ToString() => _text.ToString();

    private bool Add(string added)
    {
        if (added.Length == 0)
        {
            return false;
        }

        // A stop text may begin in what was there before, but must end in what was added.
        int from = Math.Max(0, _text.Length - _longestStop + 1);
        _text.Append(added);
        if (_longestStop == 0)
        {
            return false;
        }

        int length = _text.Length - from;
        Span<char> tail = length <= 256 ? stackalloc char[length] : new char[length];
        _text.CopyTo(from, tail, length);
        int cut = FirstStop(tail);
        if (cut < 0)
        {
            return false;
        }

        _text.Length = from + cut;
        return true;
    }

    private int FirstStop(ReadOnlySpan<char> tail)
    {
        int first = -1;
        for (int i = 0; i < stops.Count; i++)
        {
            int at = tail.IndexOf(stops[i], StringComparison.Ordinal);
            first = at >= 0 && (first < 0 || at < first) ? at : first;
        }

        return first;
    }
}
