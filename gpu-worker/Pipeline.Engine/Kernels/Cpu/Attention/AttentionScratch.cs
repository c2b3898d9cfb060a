using Pipeline.Engine.Kernels.Cpu.Threading;

namespace Pipeline.Engine.Kernels.Cpu.Attention;

/// <summary>
/// What one thread needs to compute a piece. Rows are a key-value head's, then a token's, then a query head's; as long as
/// they are, all of it stays in a second-level cache.
/// </summary>
internal sealed unsafe class AttentionScratch : IDisposable
{
    private const int Tile = AttentionShape.TileKeys, WidestVector = 16;
    private readonly Scratch _memory;
    private Lookahead _next;

    /// <summary>Takes the memory.</summary>
    /// <param name="shape">The model's attention.</param>
    /// <param name="panel">Keys in a panel of <see cref="Keys"/>.</param>
    public AttentionScratch(AttentionShape shape, int panel)
    {
        long rows = shape.MostRows, size = shape.HeadSize;
        long floats = (2 * rows * size) + (rows * Tile) + (rows * (WidestVector + 1)) + (2 * Tile * size);
        _memory = new Scratch((floats * sizeof(float)) + ((3 * Tile) + size) * sizeof(void*) + 1024);
        byte* free = _memory.Memory;
        Keys = (float*)Take(ref free, Tile * size * sizeof(float));
        Values = (float*)Take(ref free, Tile * size * sizeof(float));
        Weights = (float*)Take(ref free, rows * Tile * sizeof(float));
        Queries = (float*)Take(ref free, rows * size * sizeof(float));
        Sums = (float*)Take(ref free, rows * size * sizeof(float));
        WeightSums = (float*)Take(ref free, rows * WidestVector * sizeof(float));
        Largest = (float*)Take(ref free, rows * sizeof(float));
        KeyLines = (float**)Take(ref free, size * sizeof(void*));
        ValueLines = (float**)Take(ref free, Tile * sizeof(void*));
        Tokens = (byte**)Take(ref free, Tile * sizeof(void*));
        NextTokens = (byte**)Take(ref free, Tile * sizeof(void*));
        for (int i = 0; i < size; i++)
        {
            KeyLines[i] = Keys + ((long)i * panel);
        }

        for (int i = 0; i < Tile; i++)
        {
            ValueLines[i] = Values + (i * size);
        }
    }

    /// <summary>[panels, head size, keys of a panel]: the keys of a tile, transposed.</summary>
    public float* Keys { get; }

    /// <summary>[tile, head size]: its values.</summary>
    public float* Values { get; }

    /// <summary>[rows, tile]: scores, then weights.</summary>
    public float* Weights { get; }

    /// <summary>[rows, head size]: queries, scaled.</summary>
    public float* Queries { get; }

    /// <summary>[rows, head size]: weighted values so far.</summary>
    public float* Sums { get; }

    /// <summary>[rows, vector]: the weights' sum so far, lane by lane.</summary>
    public float* WeightSums { get; }

    /// <summary>[rows]: the largest score so far, which weights are scaled by.</summary>
    public float* Largest { get; }

    /// <summary>The lines of the first panel of <see cref="Keys"/>.</summary>
    public float** KeyLines { get; }

    /// <summary>The lines of <see cref="Values"/>.</summary>
    public float** ValueLines { get; }

    /// <summary>Where in the cache the tokens of the tile are.</summary>
    public byte** Tokens { get; }

    /// <summary>Where those of the next tile are.</summary>
    public byte** NextTokens { get; }

    /// <summary>What is asked of memory meanwhile.</summary>
    public ref Lookahead Next => ref _next;

    /// <inheritdoc/>
    public void Dispose() => _memory.Dispose();

    private static byte* Take(ref byte* free, long bytes)
    {
        byte* taken = free;
        free += (bytes + 63) & ~63L;
        return taken;
    }
}
