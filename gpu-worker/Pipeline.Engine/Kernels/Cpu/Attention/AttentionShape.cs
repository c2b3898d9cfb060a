namespace Pipeline.Engine.Kernels.Cpu.Attention;

/// <summary>The shape of a model's attention, and how its work is cut to fit a core's caches.</summary>
/// <param name="Heads">Query heads.</param>
/// <param name="KeyHeads">Key-value heads.</param>
/// <param name="HeadSize">Width of a head.</param>
/// <param name="BlockSize">Tokens in a block of the cache.</param>
/// <param name="Scale">What products of queries and keys are multiplied by.</param>
/// <param name="Cap">What scores are capped at; 0 for no cap.</param>
internal sealed record AttentionShape(int Heads, int KeyHeads, int HeadSize, int BlockSize, double Scale, double Cap)
{
    /// <summary>Keys looked at together: as float32 they fill half of a first-level cache at the usual head size of 64.</summary>
    public const int TileKeys = 64;

    /// <summary>
    /// Keys of one piece of a single row's context. Pieces depend on the context alone, so that a sequence's result does
    /// not depend on the company it is computed in, nor on the number of threads.
    /// </summary>
    public const int DecodeSpan = 512;

    /// <summary>Keys of one piece of a chunk's context, where a chunk makes too few pieces otherwise.</summary>
    public const int PrefillSpan = 1024;

    /// <summary>A chunk with as many pieces of rows is not cut along its context as well.</summary>
    public const int EnoughPieces = 32;

    private const int TileRows = 96;

    /// <summary>Query heads for each key-value head.</summary>
    public int Group => Heads / KeyHeads;

    /// <summary>Tokens whose queries are computed together.</summary>
    public int TileTokens => Math.Max(1, TileRows / Group);

    /// <summary>The most rows of queries (a row for each token and head) that one piece of work has.</summary>
    public int MostRows => Math.Max(Heads, TileTokens * Group);

    /// <summary>Elements of one token in a projection: queries, keys, values.</summary>
    public nint ProjectedWidth => (nint)(Heads + (2 * KeyHeads)) * HeadSize;

    /// <summary>Elements of one token in the cache: keys, values.</summary>
    public nint SlotWidth => (nint)2 * KeyHeads * HeadSize;

    /// <summary>Elements of one token in the result.</summary>
    public nint ResultWidth => (nint)Heads * HeadSize;
}
