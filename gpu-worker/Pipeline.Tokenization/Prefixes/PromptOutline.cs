using System.Numerics;

namespace Pipeline.Tokenization.Prefixes;

/// <summary>
/// What is kept of a prompt to find out what it shares with others: its length, and for each full block of its tokens a
/// hash of all tokens up to the block's end.
/// </summary>
/// <remarks>
/// The hash is chained in 64 bits, and 32 of them are kept. Only prompts that agree in all blocks before are compared by a
/// block's hash; and where two agree by chance, a plan takes one block too many for shared, no more.
/// </remarks>
public sealed class PromptOutline
{
    /// <summary>Tokens in a block of the engine's cache, unless it is told otherwise.</summary>
    public const int DefaultBlockSize = 16;

    private readonly uint[] _blocks;

    private PromptOutline(int tokens, uint[] blocks)
    {
        Tokens = tokens;
        _blocks = blocks;
    }

    /// <summary>Tokens of the prompt.</summary>
    public int Tokens { get; }

    /// <summary>A hash a full block; equal ones, up to some block, mean equal tokens up to there.</summary>
    internal ReadOnlySpan<uint> Blocks => _blocks;

    /// <summary>The outline of a prompt.</summary>
    /// <param name="tokens">The prompt.</param>
    /// <param name="blockSize">Tokens in a block.</param>
    public static PromptOutline Of(ReadOnlySpan<int> tokens, int blockSize = DefaultBlockSize)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(blockSize);
        uint[] blocks = new uint[tokens.Length / blockSize];
        ulong hash = 0;
        for (int i = 0; i < blocks.Length; i++)
        {
            foreach (int token in tokens.Slice(i * blockSize, blockSize))
            {
                hash = BitOperations.RotateLeft((hash ^ (uint)token) * 0x9E3779B97F4A7C15, 29);
            }

            hash ^= hash >> 32;
            blocks[i] = (uint)(hash * 0xD6E8FEB86659FD93 >> 32);
        }

        return new PromptOutline(tokens.Length, blocks);
    }

    /// <summary>Leading blocks that two prompts have in common.</summary>
    internal int CommonBlocks(PromptOutline other) => Blocks.CommonPrefixLength(other._blocks);
}
