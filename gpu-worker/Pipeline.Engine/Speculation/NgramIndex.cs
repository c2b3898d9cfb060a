using System.Numerics;

namespace Pipeline.Engine.Speculation;

/// <summary>
/// Finds where the last tokens of a text stood before: hash chains over pairs of tokens, as LZ77 coders keep them (RFC 1951,
/// section 4), and the latest place of each single token. It grows with the text; a look-up visits a few earlier places, however
/// long the text is.
/// </summary>
internal sealed class NgramIndex
{
    /// <summary>Tokens that are compared at most.</summary>
    public const int Longest = 8;

    // Places looked at: beyond these a longer match is rare.
    private const int Visits = 16;

    // Place p stands for the token before it: what follows there is at p. 0 is none.
    private int[] _latest = [];
    private int[] _pairs = [];
    private int[] _earlier = [];
    private int _known = 1;

    /// <summary>Takes in the places of a text that something follows.</summary>
    /// <param name="text">The same as at the last call, with more at its end.</param>
    public void Extend(ReadOnlySpan<int> text)
    {
        if (text.Length > _earlier.Length)
        {
            int size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(256, text.Length + (text.Length / 4)));
            (_latest, _pairs, _earlier) = (new int[size], new int[size], new int[size]);
            int known = _known;
            for (_known = 1; _known < known; _known++)
            {
                Link(text, _known);
            }
        }

        for (; _known < text.Length; _known++)
        {
            Link(text, _known);
        }
    }

    /// <summary>The place where the longest run of the last tokens stood; of equally long ones the latest.</summary>
    /// <param name="text">What was taken in.</param>
    /// <param name="tokens">Whose last tokens are looked up: of this text, or of another.</param>
    /// <param name="length">How many tokens are the same, up to <see cref="Longest"/>; 0 when the last one stands nowhere.</param>
    /// <returns>The position of the token that followed in the text.</returns>
    public int Find(ReadOnlySpan<int> text, ReadOnlySpan<int> tokens, out int length)
    {
        int best = length = 0;
        if (_known < 2 || tokens.Length == 0)
        {
            return best;
        }

        int place = tokens.Length < 2 ? 0 : _pairs[Slot(tokens[^2], tokens[^1])];
        for (int visits = 0; place > 0 && visits < Visits && length < Longest; visits++, place = _earlier[place])
        {
            Compare(text, tokens, place, ref best, ref length);
        }

        if (length == 0 && _latest[Slot(0, tokens[^1])] is > 0 and int single)
        {
            Compare(text, tokens, single, ref best, ref length);
        }

        return best;
    }

    private static void Compare(ReadOnlySpan<int> text, ReadOnlySpan<int> tokens, int place, ref int best, ref int length)
    {
        int most = Math.Min(Longest, Math.Min(place, tokens.Length)), same = 0;
        while (same < most && text[place - 1 - same] == tokens[^(1 + same)])
        {
            same++;
        }

        if (same > length)
        {
            (best, length) = (place, same);
        }
    }

    private void Link(ReadOnlySpan<int> text, int place)
    {
        _latest[Slot(0, text[place - 1])] = place;
        if (place > 1)
        {
            ref int head = ref _pairs[Slot(text[place - 2], text[place - 1])];
            _earlier[place] = head;
            head = place;
        }
    }

    private int Slot(int first, int second)
    {
        ulong pair = ((ulong)(uint)first << 32) | (uint)second;
        return (int)((pair * 0x9E3779B97F4A7C15) >> 32) & (_earlier.Length - 1);
    }
}
