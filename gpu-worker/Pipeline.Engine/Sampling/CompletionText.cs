using System.Text;

namespace Pipeline.Engine.Sampling;

/// <summary>A completion's text as it grows, watched for stop texts.</summary>
/// <param name="decoder">Makes text of tokens; null for a model without tokenizer: the text stays empty.</param>
/// <param name="stops">Texts to end at; none empty.</param>
internal sealed class CompletionText(ITextDecoder? decoder, IReadOnlyList<string> stops)
{
    private readonly StringBuilder _text = new();
    private readonly int _longestStop = stops.Count == 0 ? 0 : stops.Max(stop => stop.Length);
    private int _searchedFrom;

    /// <summary>Adds a token's text.</summary>
    /// <param name="token">The token.</param>
    /// <param name="mayStop">Whether a stop text may end the completion yet; if not, it never may in the text so far.</param>
    /// <returns>Whether a stop text came up; the text is then cut before the first of them.</returns>
    public bool Append(int token, bool mayStop = true)
    {
        bool stopped = decoder is not null && Add(decoder.Append(token), mayStop);
        _searchedFrom = mayStop ? _searchedFrom : _text.Length;
        return stopped;
    }

    /// <summary>Adds what the decoder still held back, at the end.</summary>
    public void Flush()
    {
        if (decoder is not null)
        {
            Add(decoder.Flush(), mayStop: true);
        }
    }

    /// <summary>The text so far.</summary>
    public override string ToString() => _text.ToString();

    private bool Add(string added, bool mayStop)
    {
        if (added.Length == 0)
        {
            return false;
        }

        // A stop text may begin in what was there before, but must end in what was added.
        int from = Math.Max(_searchedFrom, _text.Length - _longestStop + 1);
        _text.Append(added);
        if (_longestStop == 0 || !mayStop)
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
