using Pipeline.Engine.Execution;

namespace Pipeline.Engine.Kernels.Cuda;

/// <summary>
/// Which block of threads attends to what. Chunks of few pairs (decoding) are split over their tokens, so that a step of few
/// sequences fills the device too and long contexts do not outlast the rest; chunks of many pairs are cut into tiles of
/// rows. Plain C#; the lists are kept from step to step.
/// </summary>
/// <param name="shape">The sizes.</param>
/// <param name="keyHeads">Key heads: every item of work is run once for each.</param>
/// <param name="multiprocessors">Processors of the device.</param>
/// <param name="window">Tokens that a row sees: <see cref="int.MaxValue"/> for all.</param>
internal sealed class AttentionPlan(CudaShape shape, int keyHeads, int multiprocessors, int window = int.MaxValue)
{
    /// <summary>Shorter parts are not worth their join.</summary>
    public const int ShortestPart = 256;

    // Of split work, for each processor: some three times what it runs at a time, so that those that end last end together.
    private const int BlocksWanted = 8;

    // All warps of a block of threads take one tile of the bfloat16 kernel in a turn.
    private const int Turn = CudaShape.SplitWarps * 16;

    // The bfloat16 kernel looks up where sixteen tokens lie at a time: work begins with a tile.
    private const int Tile = 16;

    private readonly List<AttentionWork> _split = [];
    private readonly List<AttentionWork> _rows = [];
    private readonly List<AttentionMerge> _merges = [];

    /// <summary>Tokens that a row sees.</summary>
    public int Window => window;

    /// <summary>Work of attend_split.</summary>
    public List<AttentionWork> Split => _split;

    /// <summary>Work of attend_rows, the longest of a chunk first.</summary>
    public List<AttentionWork> Rows => _rows;

    /// <summary>Work of merge_splits.</summary>
    public List<AttentionMerge> Merges => _merges;

    /// <summary>Parts of all splits.</summary>
    public int Partials { get; private set; }

    /// <summary>Plans a step.</summary>
    public void Make(StepLayout layout)
    {
        _split.Clear();
        _rows.Clear();
        _merges.Clear();
        Partials = 0;
        int part = PartLength(layout);
        for (int i = 0; i < layout.Chunks; i++)
        {
            if (Splits(layout.ChunkAt[i]))
            {
                AddSplit(i, layout.ChunkAt[i], part);
            }
            else
            {
                AddRows(i, layout.ChunkAt[i]);
            }
        }
    }

    private bool Splits(StepChunk chunk) => !shape.Bfloat16 || chunk.Rows == 1 || chunk.Rows * shape.Group <= shape.SplitPairs;

    private int PartLength(StepLayout layout)
    {
        long tokens = 0;
        for (int i = 0; i < layout.Chunks; i++)
        {
            StepChunk chunk = layout.ChunkAt[i];
            tokens += Splits(chunk) ? (long)Math.Min(window, chunk.Context) * Tiles(chunk, shape.SplitPairs) : 0;
        }

        long part = Math.Max(ShortestPart, tokens * keyHeads / ((long)multiprocessors * BlocksWanted));
        return (int)Math.Min(int.MaxValue, part);
    }

    private void AddSplit(int index, StepChunk chunk, int partLength)
    {
        for (int tile = 0; tile < Tiles(chunk, shape.SplitPairs); tile++)
        {
            int pair = tile * shape.SplitPairs, start = Begin(chunk, pair), end = End(chunk, pair + shape.SplitPairs - 1);
            int parts = (int)((end - start + (long)partLength - 1) / partLength);
            if (parts == 1)
            {
                _split.Add(new AttentionWork(index, pair, start, end, -1));
                continue;
            }

            // Parts of equal length, but for what makes them whole turns.
            int length = ((end - start + parts - 1) / parts + Turn - 1) / Turn * Turn, first = Partials;
            for (int begin = start; begin < end; begin += length)
            {
                _split.Add(new AttentionWork(index, pair, begin, Math.Min(end, begin + length), Partials++));
            }

            _merges.Add(new AttentionMerge(index, pair, first, Partials - first));
        }
    }

    private void AddRows(int index, StepChunk chunk)
    {
        for (int tile = Tiles(chunk, shape.RowPairs) - 1; tile >= 0; tile--)
        {
            int pair = tile * shape.RowPairs;
            _rows.Add(new AttentionWork(index, pair, Begin(chunk, pair), End(chunk, pair + shape.RowPairs - 1), -1));
        }
    }

    private int Tiles(StepChunk chunk, int pairs) => ((chunk.Rows * shape.Group) + pairs - 1) / pairs;

    /// <summary>The tile's beginning in which the first token is that a pair attends over.</summary>
    private int Begin(StepChunk chunk, int pair) => Math.Max(0, End(chunk, pair) - window) / Tile * Tile;

    /// <summary>Behind the last token that a pair, or else the chunk's last, attends over.</summary>
    private int End(StepChunk chunk, int pair) => chunk.Start + Math.Min(chunk.Rows, (pair / shape.Group) + 1);
}
