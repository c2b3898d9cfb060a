using Pipeline.Engine.Planning;

namespace Pipeline.Engine.Execution;

/// <summary>
/// A step as whole numbers: a row for each token that it computes, the chunks that the rows make up, and the blocks that
/// each chunk attends over. Plain C#. The arrays are kept from step to step and only grow: the counts say how much of
/// them means something. Not thread-safe while it is filled.
/// </summary>
/// <param name="blockSize">Tokens in a block of the cache.</param>
internal sealed class StepLayout(int blockSize)
{
    private int[] _tokens = [], _positions = [], _stretched = [], _slots = [], _blocks = [], _sampleRows = [], _expectedRows = [], _expectedSamples = [];
    private StepChunk[] _chunks = [];

    /// <summary>Tokens in a block.</summary>
    public int BlockSize => blockSize;

    /// <summary>Tokens that the step computes.</summary>
    public int Rows { get; private set; }

    /// <summary>Sequences that take part.</summary>
    public int Chunks { get; private set; }

    /// <summary>Entries of <see cref="Blocks"/>.</summary>
    public int BlockCount { get; private set; }

    /// <summary>Rows that a next token comes of.</summary>
    public int Samples { get; private set; }

    /// <summary>Rows whose tokens the step before chooses: the host does not know them yet.</summary>
    public int Expected { get; private set; }

    /// <summary>Each row's token id; 0 where it is not known yet.</summary>
    public int[] Tokens => _tokens;

    /// <summary>Each row's position in its sequence.</summary>
    public int[] Positions => _positions;

    /// <summary>For each row 1 if its sequence turns by the frequencies for long ones, or else 0.</summary>
    public int[] Stretched => _stretched;

    /// <summary>Where each row's keys and values go: block * block size + offset.</summary>
    public int[] Slots => _slots;

    /// <summary>The chunks, in row order; together they cover all rows.</summary>
    public StepChunk[] ChunkAt => _chunks;

    /// <summary>The block numbers of all chunks, chunk after chunk: as many for each as its context takes.</summary>
    public int[] Blocks => _blocks;

    /// <summary>The rows that a next token comes of, ascending.</summary>
    public int[] SampleRows => _sampleRows;

    /// <summary>The rows whose tokens are not known yet, ascending.</summary>
    public int[] ExpectedRows => _expectedRows;

    /// <summary>For each of these, which of the tokens that the step before chooses is its own.</summary>
    public int[] ExpectedSamples => _expectedSamples;

    /// <summary>Blocks that a context of that many tokens takes.</summary>
    public int BlocksFor(int tokens) => (tokens + blockSize - 1) / blockSize;

    /// <summary>Empties the layout for another step.</summary>
    public void Clear() => Rows = Chunks = BlockCount = Samples = Expected = 0;

    /// <summary>Adds a chunk behind those before it.</summary>
    public void Add(PlannedChunk chunk)
    {
        int count = chunk.Count, blocks = BlocksFor(chunk.End);
        List<int> table = chunk.Sequence.Table.Blocks;
        Reserve(count, blocks, chunk.Scored + chunk.Chosen);
        _chunks[Chunks++] = new StepChunk(Rows, count, chunk.End, BlockCount);
        table.CopyTo(0, _blocks, BlockCount, blocks);
        CopyTokens(chunk);
        Array.Fill(_stretched, chunk.Sequence.IsStretched ? 1 : 0, Rows, count);
        for (int i = 0, position = chunk.Start; i < count; i++, position++)
        {
            _positions[Rows + i] = position;
            _slots[Rows + i] = (table[position / blockSize] * blockSize) + (position % blockSize);
        }

        for (int row = Rows; row < Rows + chunk.Scored; row++)
        {
            _sampleRows[Samples++] = row;
        }

        Rows += count;
        BlockCount += blocks;
        for (int row = Rows - chunk.Chosen; row < Rows; row++)
        {
            _sampleRows[Samples++] = row;
        }
    }

    private void CopyTokens(PlannedChunk chunk)
    {
        ReadOnlySpan<int> known = chunk.Sequence.Tokens;
        int last = Rows + chunk.Count - 1, end = chunk.End - chunk.Drafted;
        if (end <= known.Length)
        {
            known[chunk.Start..end].CopyTo(_tokens.AsSpan(Rows));
            chunk.Sequence.Draft.CopyTo(0, _tokens, Rows + end - chunk.Start, chunk.Drafted);
            return;
        }

        known[chunk.Start..].CopyTo(_tokens.AsSpan(Rows));
        _tokens[last] = 0;
        _expectedRows[Expected] = last;
        _expectedSamples[Expected++] = chunk.Sequence.ExpectedAt;
    }

    private void Reserve(int rows, int blocks, int samples)
    {
        Grow(ref _tokens, Rows + rows);
        Grow(ref _positions, Rows + rows);
        Grow(ref _stretched, Rows + rows);
        Grow(ref _slots, Rows + rows);
        Grow(ref _blocks, BlockCount + blocks);
        Grow(ref _chunks, Chunks + 1);
        Grow(ref _sampleRows, Samples + samples);
        Grow(ref _expectedRows, Expected + 1);
        Grow(ref _expectedSamples, Expected + 1);
    }

    private static void Grow<T>(ref T[] array, int needed)
    {
        if (array.Length < needed)
        {
            Array.Resize(ref array, Math.Max(needed, array.Length * 2));
        }
    }
}
