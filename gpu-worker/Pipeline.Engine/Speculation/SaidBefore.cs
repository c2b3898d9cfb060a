using System.Runtime.InteropServices;

namespace Pipeline.Engine.Speculation;

/// <summary>
/// What requests of one salt have generated lately, to be looked up: jobs of a batch often answer in the same form. Two
/// generations of texts: when the younger one is full the older one is forgotten.
/// </summary>
internal sealed class SaidBefore
{
    /// <summary>Tokens of a generation.</summary>
    public const int Generation = 8192;

    private List<int> _young = [], _old = [];
    private NgramIndex _youngIndex = new(), _oldIndex = new();

    /// <summary>Adds what a request has generated.</summary>
    /// <param name="tokens">Its tokens.</param>
    /// <param name="promptLength">How many of them are the prompt: of that only the end is kept, so that beginnings are found as well.</param>
    public void Add(ReadOnlySpan<int> tokens, int promptLength)
    {
        ReadOnlySpan<int> added = tokens[Math.Max(0, promptLength - NgramIndex.Longest)..];
        if (added.Length > Generation)
        {
            added = added[^Generation..];
        }

        if (_young.Count + added.Length > Generation)
        {
            (_young, _old) = (_old, _young);
            _young.Clear();
            (_youngIndex, _oldIndex) = (new NgramIndex(), _youngIndex);
        }

        _young.AddRange(added);
        _youngIndex.Extend(CollectionsMarshal.AsSpan(_young));
    }

    /// <summary>What followed the longest run of some last tokens: see <see cref="NgramIndex.Find"/>.</summary>
    public ReadOnlySpan<int> Find(ReadOnlySpan<int> tokens, out int length)
    {
        ReadOnlySpan<int> young = CollectionsMarshal.AsSpan(_young);
        ReadOnlySpan<int> old = CollectionsMarshal.AsSpan(_old);
        int place = _youngIndex.Find(young, tokens, out length);
        int other = _oldIndex.Find(old, tokens, out int otherLength);
        if (otherLength <= length)
        {
            return young[place..];
        }

        length = otherLength;
        return old[other..];
    }
}
