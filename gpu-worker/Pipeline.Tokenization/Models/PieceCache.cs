using System.Runtime.InteropServices;

namespace Pipeline.Tokenization.Models;

/// <summary>
/// Remembers the tokens of short pieces: a table in which a piece has one place, and takes it from what was there. So its
/// memory is bounded, and what comes often comes back. Thread-safe without locks: an entry never changes once it is made.
/// </summary>
internal sealed class PieceCache
{
    /// <summary>Longer pieces rarely come twice. In UTF-16 units.</summary>
    public const int LongestPiece = 32;

    private const int Places = 1 << 16;

    private readonly Entry?[] _entries = new Entry?[Places];

    // Half the pieces of a text may be single characters, mostly spaces: each has a place of its own, and nothing to compare.
    private readonly int[]?[] _ascii = new int[]?[128];

    /// <summary>The tokens of a piece, if they are remembered.</summary>
    public bool TryGet(ReadOnlySpan<char> piece, out ReadOnlySpan<int> tokens)
    {
        if (piece.Length == 1 && piece[0] < _ascii.Length)
        {
            int[]? single = _ascii[piece[0]];
            tokens = single;
            return single is not null;
        }

        Entry? entry = piece.Length <= LongestPiece ? _entries[Place(piece)] : null;
        bool known = entry is not null && piece.SequenceEqual(entry.Piece);
        tokens = known ? entry!.Tokens : default;
        return known;
    }

    /// <summary>Remembers the tokens of a piece, unless it is long.</summary>
    public void Add(ReadOnlySpan<char> piece, ReadOnlySpan<int> tokens)
    {
        if (piece.Length == 1 && piece[0] < _ascii.Length)
        {
            Volatile.Write(ref _ascii[piece[0]], tokens.ToArray());
        }
        else if (piece.Length <= LongestPiece)
        {
            Volatile.Write(ref _entries[Place(piece)], new Entry(piece.ToString(), tokens.ToArray()));
        }
    }

    /// <summary>Multiplies eight bytes at a time into the hash; who makes pieces collide only makes them forgotten.</summary>
    private static int Place(ReadOnlySpan<char> piece)
    {
        const ulong Factor = 0x9E37_79B9_7F4A_7C15;
        ulong hash = (ulong)piece.Length * Factor;
        ReadOnlySpan<ulong> blocks = MemoryMarshal.Cast<char, ulong>(piece);
        foreach (ulong block in blocks)
        {
            hash = (hash ^ block) * Factor;
            hash ^= hash >> 32;
        }
        foreach (char unit in piece[(blocks.Length * 4)..])
        {
            hash = (hash ^ unit) * Factor;
        }
        return (int)((hash * Factor) >> 48);
    }

    private sealed record Entry(string Piece, int[] Tokens);
}
