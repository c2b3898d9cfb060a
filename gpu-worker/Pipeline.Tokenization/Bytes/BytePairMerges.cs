namespace Pipeline.Tokenization.Bytes;

/// <summary>
/// Byte pair encoding of one piece: starts from one token per byte and joins the adjacent pair of the lowest rank,
/// leftmost first, until no pair can be joined. Immutable, so safe for any number of threads.
/// </summary>
/// <remarks>O(n log n) in the length of the piece: text without a single space is still one piece.</remarks>
internal sealed class BytePairMerges
{
    private readonly int[] _tokenOfByte;
    private readonly Dictionary<long, Merge> _merges;
    private readonly int _unknown;

    /// <param name="tokenOfByte">The token of each byte value, or -1 where the vocabulary has none.</param>
    /// <param name="merges">Pairs in rank order: left, right and the token they make.</param>
    /// <param name="unknown">The token for bytes that have none, or -1 to leave them out.</param>
    public BytePairMerges(int[] tokenOfByte, IEnumerable<(int Left, int Right, int Joined)> merges, int unknown)
    {
        _tokenOfByte = tokenOfByte;
        _unknown = unknown;
        _merges = [];
        int rank = 0;
        foreach ((int left, int right, int joined) in merges)
        {
            // A pair listed twice keeps its last rank, as in the reference implementation's map.
            _merges[Key(left, right)] = new Merge(rank++, joined);
        }
    }

    public void Encode(ReadOnlySpan<byte> piece, List<int> output)
    {
        int[] tokens = new int[piece.Length];
        int count = 0;
        foreach (byte value in piece)
        {
            int token = _tokenOfByte[value] >= 0 ? _tokenOfByte[value] : _unknown;
            if (token >= 0)
            {
                tokens[count++] = token;
            }
        }
        if (count > 1)
        {
            Join(tokens.AsSpan(0, count));
        }
        for (int i = 0; i < count; i++)
        {
            if (tokens[i] >= 0)
            {
                output.Add(tokens[i]);
            }
        }
    }

    /// <summary>Joins in place: a token swallowed by its left neighbour becomes -1.</summary>
    private void Join(Span<int> tokens)
    {
        int[] previous = new int[tokens.Length];
        int[] next = new int[tokens.Length];
        var queue = new PriorityQueue<(int Position, int Joined), long>(tokens.Length);
        for (int i = 0; i < tokens.Length; i++)
        {
            previous[i] = i - 1;
            next[i] = i + 1 < tokens.Length ? i + 1 : -1;
        }
        for (int i = 0; i + 1 < tokens.Length; i++)
        {
            Offer(queue, tokens, i, i + 1);
        }
        while (queue.TryDequeue(out var candidate, out long priority))
        {
            int left = candidate.Position;
            int right = tokens[left] < 0 ? -1 : next[left];
            // The neighbourhood may have changed since the pair was offered; then it is offered anew, with its own rank.
            if (right < 0 || !_merges.TryGetValue(Key(tokens[left], tokens[right]), out Merge merge)
                || merge.Joined != candidate.Joined || merge.Rank != (int)(priority >> 32))
            {
                continue;
            }
            tokens[left] = merge.Joined;
            tokens[right] = -1;
            next[left] = next[right];
            if (next[left] >= 0)
            {
                previous[next[left]] = left;
                Offer(queue, tokens, left, next[left]);
            }
            if (previous[left] >= 0)
            {
                Offer(queue, tokens, previous[left], left);
            }
        }
    }

    private void Offer(PriorityQueue<(int Position, int Joined), long> queue, Span<int> tokens, int left, int right)
    {
        if (_merges.TryGetValue(Key(tokens[left], tokens[right]), out Merge merge))
        {
            queue.Enqueue((left, merge.Joined), ((long)merge.Rank << 32) | (uint)left);
        }
    }

    private static long Key(int left, int right) => ((long)left << 32) | (uint)right;

    private readonly record struct Merge(int Rank, int Joined);
}
