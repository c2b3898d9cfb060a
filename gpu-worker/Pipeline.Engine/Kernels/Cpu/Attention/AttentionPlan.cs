using Pipeline.Engine.Execution;

namespace Pipeline.Engine.Kernels.Cpu.Attention;

/// <summary>
/// Cuts a step's attention into pieces for the threads. The same for all layers of a step that see as far; its arrays are kept
/// from step to step and only grow.
/// </summary>
/// <param name="shape">What it is for.</param>
/// <param name="window">Tokens that a row sees: <see cref="int.MaxValue"/> for all.</param>
internal sealed class AttentionPlan(AttentionShape shape, int window)
{
    private AttentionPart[] _parts = [];
    private AttentionPiece[] _pieces = [];
    private int[] _unfinished = [];

    /// <summary>What it is for.</summary>
    public AttentionShape Shape => shape;

    /// <summary>Entries of <see cref="PartAt"/>.</summary>
    public int Parts { get; private set; }

    /// <summary>Entries of <see cref="PieceAt"/>.</summary>
    public int Pieces { get; private set; }

    /// <summary>Rows of results (a row for each token and head) that wait for merging.</summary>
    public int PartialRows { get; private set; }

    /// <summary>The parts.</summary>
    public AttentionPart[] PartAt => _parts;

    /// <summary>The pieces: the large ones of chunks first, so that no thread comes to one when the others are done.</summary>
    public AttentionPiece[] PieceAt => _pieces;

    /// <summary>Spans of each part that are still being computed; see <see cref="Start"/>.</summary>
    public int[] Unfinished => _unfinished;

    /// <summary>Plans a step.</summary>
    public void Prepare(StepLayout layout)
    {
        Parts = Pieces = PartialRows = 0;
        for (int i = 0; i < layout.Chunks; i++)
        {
            if (layout.ChunkAt[i].Rows > 1)
            {
                AddChunk(layout.ChunkAt[i]);
            }
        }

        for (int i = 0; i < layout.Chunks; i++)
        {
            if (layout.ChunkAt[i].Rows == 1)
            {
                // All heads together: a token's keys and values are read from memory in one go.
                StepChunk chunk = layout.ChunkAt[i];
                Add(chunk, chunk.FirstRow, 1, 0, shape.KeyHeads, SpansOf(Math.Min(window, chunk.Context), AttentionShape.DecodeSpan));
            }
        }
    }

    /// <summary>Begins a layer: no span has been computed.</summary>
    public void Start()
    {
        for (int i = 0; i < Parts; i++)
        {
            _unfinished[i] = _parts[i].Spans;
        }
    }

    private static int SpansOf(int context, int keys) => Math.Max(1, (context + (keys / 2)) / keys);

    private void AddChunk(StepChunk chunk)
    {
        int tokens = shape.TileTokens, tiles = (chunk.Rows + tokens - 1) / tokens;
        bool enough = tiles * shape.KeyHeads >= AttentionShape.EnoughPieces;
        for (int tile = tiles - 1; tile >= 0; tile--)
        {
            int first = tile * tokens, rows = Math.Min(tokens, chunk.Rows - first);
            int keys = chunk.Start + first + rows, hidden = Math.Max(0, keys - rows + 1 - window);
            int spans = enough ? 1 : SpansOf(keys - hidden, AttentionShape.PrefillSpan);
            for (int head = 0; head < shape.KeyHeads; head++)
            {
                Add(chunk, chunk.FirstRow + first, rows, head, 1, spans);
            }
        }
    }

    private void Add(StepChunk chunk, int firstRow, int rows, int firstHead, int heads, int spans)
    {
        int firstVisible = chunk.Start + (firstRow - chunk.FirstRow) + 1, context = firstVisible + rows - 1;
        int firstKey = Math.Max(0, firstVisible - window) / AttentionShape.TileKeys * AttentionShape.TileKeys, keys = context - firstKey;
        int tiles = (keys + AttentionShape.TileKeys - 1) / AttentionShape.TileKeys;
        int spanKeys = (tiles + spans - 1) / spans * AttentionShape.TileKeys;
        spans = (keys + spanKeys - 1) / spanKeys;

        Grow(ref _parts, Parts + 1);
        Grow(ref _unfinished, Parts + 1);
        Grow(ref _pieces, Pieces + spans);
        _parts[Parts] = new AttentionPart(
            chunk.FirstBlock, firstRow, rows, firstVisible, window, firstKey, firstHead, heads, spans, spanKeys, PartialRows);
        for (int span = 0; span < spans; span++)
        {
            _pieces[Pieces++] = new AttentionPiece(Parts, span);
        }

        Parts++;
        PartialRows += spans > 1 ? spans * rows * heads * shape.Group : 0;
    }

    private static void Grow<T>(ref T[] array, int needed)
    {
        if (array.Length < needed)
        {
            Array.Resize(ref array, Math.Max(needed, array.Length * 2));
        }
    }
}
