namespace Pipeline.Engine.Speculation;

/// <summary>
/// Finds where a sequence's last tokens stood before: hash chains over pairs of tokens, as LZ77 coders keep them
/// (RFC 1951, section 4). It grows with the sequence; a look-up visits a few earlier places, however long the sequence is.
/// </summary>
internal sealed class NgramIndex
{
    /// <summary>Tokens that must be the same at least.</summary>
    public const int Least = 2;

    /// <summary>Tokens that are compared at most.</summary>
    public const int Longest = 12;

    // Places looked at: beyond these the longest match is rarely longer.
    private const int Visits = 12;

    private int[] _heads = [];
    private int[] _earlier = [];
    private int _end = Least - 1;

    /// <summary>The place that the longest run of the last tokens stood before; of equal ones the latest.</summary>
    /// <param name="tokens">The sequence: the same as at the last call, with more at its end.</param>
    /// <param name="length">How many tokens are the same, up to <see cref="Longest"/>; 0 when there is no such place.</param>
    /// <returns>Where those end: the position of the token that followed.</returns>
    public int Find(ReadOnlySpan<int> tokens, out int length)
    {
        Extend(tokens);
        int best = 0;
        length = 0;
        if (tokens.Length <= Least)
        {
            return best;
        }

        int place = _heads[Slot(tokens, tokens.Length)];
        for (int visits = 0; place > 0 && visits < Visits && length < Longest; visits++, place = _earlier[place])
        {
            int same = Same(tokens, place);
            if (same > length)
            {
                (best, length) = (place, same);
            }
        }

        if (length < Least)
        {
            length = 0;
        }

        return best;
    }

    /// <summary>Takes in all places that something follows.</summary>
    private void Extend(ReadOnlySpan<int> tokens)
    {
        if (tokens.Length > _heads.Length)
        {
            Grow(tokens);
        }

        for (; _end + 1 < tokens.Length; _end++)
        {
            Link(tokens, _end + 1);
        }
    }

    private void Link(ReadOnlySpan<int> tokens, int place)
    {
        ref int head = ref _heads[Slot(tokens, place)];
        _earlier[place] = head;
        head = place;
    }

    private void Grow(ReadOnlySpan<int> tokens)
    {
        int size = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(256, tokens.Length + (tokens.Length / 4)));
        _heads = new int[size];
        _earlier = new int[size];
        int end = _end;
        for (_end = Least - 1; _end < end; _end++)
        {
            Link(tokens, _end + 1);
        }
    }

    /// <summary>Where the chain of the pair before a place begins.</summary>
    private int Slot(ReadOnlySpan<int> tokens, int place)
    {
        ulong pair = ((ulong)(uint)tokens[place - 2] << 32) | (uint)tokens[place - 1];
        return (int)((pair * 0x9E3779B97F4A7C15) >> 32) & (_heads.Length - 1);
    }

    private static int Same(ReadOnlySpan<int> tokens, int place)
    {
        int most = Math.Min(Longest, place), same = 0;
        while (same < most && tokens[place - 1 - same] == tokens[^(1 + same)])
        {
            same++;
        }

        return same;
    }
}
