using System.Buffers;

namespace Pipeline.Tokenization.Models;

/// <summary>
/// The merges of a byte pair encoding: joins the adjacent pair of the lowest rank, leftmost first, until no pair can be
/// joined. Immutable, so safe for any number of threads.
/// </summary>
internal sealed class BytePairMerges
{
    /// <summary>Up to here looking for the best pair anew each time costs less than keeping a queue.</summary>
    private const int ShortRun = 40;

    /// <summary>Up to here the queue is kept for the thread's next run: made anew each time it would lie among the large objects.</summary>
    private const int UsualRun = 1 << 16;

    private static readonly Merge None = new(int.MaxValue, -1);

    [ThreadStatic]
    private static PriorityQueue<int, long>? t_queue;

    private readonly Dictionary<ulong, Merge> _merges = [];

    /// <param name="merges">Pairs in rank order: left, right and the token they make.</param>
    public BytePairMerges(IEnumerable<(int Left, int Right, int Joined)> merges)
    {
        int rank = 0;
        foreach ((int left, int right, int joined) in merges)
        {
            // A pair listed twice keeps its last rank, as in the reference implementation's map.
            _merges[Key(left, right)] = new Merge(rank++, joined);
        }
    }

    /// <summary>Joins in place.</summary>
    /// <returns>How many tokens are left, at the beginning of the span.</returns>
    public int Join(Span<int> tokens) => tokens.Length <= ShortRun ? JoinShort(tokens) : JoinLong(tokens);

    private int JoinShort(Span<int> tokens)
    {
        // The merge of each token with the one after it.
        Span<Merge> merges = stackalloc Merge[ShortRun];
        int count = tokens.Length;
        for (int i = 0; i + 1 < count; i++)
        {
            merges[i] = Find(tokens[i], tokens[i + 1]);
        }
        while (count > 1)
        {
            int best = 0;
            for (int i = 1; i + 1 < count; i++)
            {
                best = merges[i].Rank < merges[best].Rank ? i : best;
            }
            if (merges[best].Rank == int.MaxValue)
            {
                break;
            }
            tokens[best] = merges[best].Joined;
            tokens[(best + 2)..count].CopyTo(tokens[(best + 1)..]);
            merges[(best + 2)..count].CopyTo(merges[(best + 1)..]);
            count--;
            if (best + 1 < count)
            {
                merges[best] = Find(tokens[best], tokens[best + 1]);
            }
            if (best > 0)
            {
                merges[best - 1] = Find(tokens[best - 1], tokens[best]);
            }
        }
        return count;
    }

    /// <summary>O(n log n): text without a single space may still be one piece.</summary>
    private int JoinLong(Span<int> tokens)
    {
        int[] links = ArrayPool<int>.Shared.Rent(tokens.Length * 2);
        try
        {
            Join(tokens, links.AsSpan(0, tokens.Length), links.AsSpan(tokens.Length, tokens.Length));
        }
        finally
        {
            ArrayPool<int>.Shared.Return(links);
        }
        int count = 0;
        foreach (int token in tokens)
        {
            if (token >= 0)
            {
                tokens[count++] = token;
            }
        }
        return count;
    }

    /// <summary>A token swallowed by its left neighbour becomes -1.</summary>
    private void Join(Span<int> tokens, Span<int> previous, Span<int> next)
    {
        // Positions, by the rank of what they make with the token after them, and leftmost first.
        PriorityQueue<int, long> queue = tokens.Length <= UsualRun ? t_queue ??= new() : new();
        queue.Clear();
        queue.EnsureCapacity(tokens.Length);
        for (int i = 0; i < tokens.Length; i++)
        {
            previous[i] = i - 1;
            next[i] = i + 1 < tokens.Length ? i + 1 : -1;
        }
        for (int i = 0; i + 1 < tokens.Length; i++)
        {
            Offer(queue, i, Find(tokens[i], tokens[i + 1]));
        }
        while (queue.TryDequeue(out int left, out long priority))
        {
            int right = tokens[left] < 0 ? -1 : next[left];
            // The neighbourhood may have changed since the pair was offered; then it is offered anew, with its own rank.
            Merge merge = right < 0 ? None : Find(tokens[left], tokens[right]);
            if (merge.Rank != (int)(priority >> 32))
            {
                continue;
            }
            tokens[left] = merge.Joined;
            tokens[right] = -1;
            next[left] = next[right];
            if (next[left] >= 0)
            {
                previous[next[left]] = left;
                Offer(queue, left, Find(tokens[left], tokens[next[left]]));
            }
            if (previous[left] >= 0)
            {
                Offer(queue, previous[left], Find(tokens[previous[left]], tokens[left]));
            }
        }
    }

    private static void Offer(PriorityQueue<int, long> queue, int position, Merge merge)
    {
        if (merge.Rank < int.MaxValue)
        {
            queue.Enqueue(position, ((long)merge.Rank << 32) | (uint)position);
        }
    }

    private Merge Find(int left, int right) => _merges.GetValueOrDefault(Key(left, right), None);

    /// <summary>
    /// Both numbers, multiplied by an odd one so that no two pairs get the same key: a long's own hash is the exclusive or of
    /// its halves, the same for every token beside itself.
    /// </summary>
    private static ulong Key(int left, int right) => (((ulong)(uint)left << 32) | (uint)right) * 0x9E37_79B9_7F4A_7C15;

    private readonly record struct Merge(int Rank, int Joined);
}
