using System.Runtime.InteropServices;
using Pipeline.Engine.Cache;
using Pipeline.Engine.Planning;

namespace Pipeline.Engine.Execution;

/// <summary>All whole numbers of a step in one array, and where in it each kind lies. Plain C#.</summary>
internal sealed record StepIndices(
    long[] Packed,
    StepIndices.Span Tokens,
    StepIndices.Span Positions,
    StepIndices.Span Slots,
    StepIndices.Span SampleRows,
    IReadOnlyList<StepIndices.Group> Groups)
{
    /// <summary>Packs the chunks of <paramref name="groups"/>; those of a group have equally many tokens.</summary>
    public static StepIndices Of(IReadOnlyList<IReadOnlyList<PlannedChunk>> groups, int blockSize)
    {
        PlannedChunk[] chunks = [.. groups.SelectMany(group => group)];
        List<long> packed = [];
        Span tokens = Append(packed, chunks.SelectMany(TokenIds));
        Span positions = Append(packed, chunks.SelectMany(chunk => PositionsOf(chunk).Select(p => (long)p)));
        Span slots = Append(packed, chunks.SelectMany(chunk => PositionsOf(chunk).Select(
            p => ((long)chunk.Sequence.Table.Blocks[p / blockSize] * blockSize) + (p % blockSize))));
        Span sampleRows = Append(packed, SampleRowsOf(chunks));

        int firstRow = 0;
        List<Group> placed = [];
        foreach (IReadOnlyList<PlannedChunk> group in groups)
        {
            int blocks = group.Max(chunk => BlocksFor(chunk, blockSize));
            Span table = Append(packed, group.SelectMany(chunk => BlocksOf(chunk, blockSize, blocks)));
            placed.Add(new Group(firstRow, group.Count, group[0].Count, table));
            firstRow += group.Count * group[0].Count;
        }

        return new StepIndices([.. packed], tokens, positions, slots, sampleRows, placed);
    }

    /// <summary>Blocks that hold what the chunk's tokens attend to.</summary>
    public static int BlocksFor(PlannedChunk chunk, int blockSize) => (chunk.End + blockSize - 1) / blockSize;

    private static IEnumerable<long> TokenIds(PlannedChunk chunk)
    {
        long[] ids = new long[chunk.Count];
        ReadOnlySpan<int> tokens = chunk.Sequence.Tokens.Slice(chunk.Start, chunk.Count);
        for (int i = 0; i < ids.Length; i++)
        {
            ids[i] = tokens[i];
        }

        return ids;
    }

    private static IEnumerable<int> PositionsOf(PlannedChunk chunk) => Enumerable.Range(chunk.Start, chunk.Count);

    private static IEnumerable<long> SampleRowsOf(PlannedChunk[] chunks)
    {
        long row = 0;
        foreach (PlannedChunk chunk in chunks)
        {
            row += chunk.Count;
            if (chunk.Samples)
            {
                yield return row - 1;
            }
        }
    }

    private static IEnumerable<long> BlocksOf(PlannedChunk chunk, int blockSize, int padded)
    {
        List<int> blocks = chunk.Sequence.Table.Blocks;
        int own = BlocksFor(chunk, blockSize);
        for (int i = 0; i < padded; i++)
        {
            yield return i < own ? blocks[i] : 0;
        }
    }

    private static Span Append(List<long> packed, IEnumerable<long> values)
    {
        int start = packed.Count;
        packed.AddRange(values);
        return new Span(start, packed.Count - start);
    }

    /// <summary>A part of <see cref="Packed"/>.</summary>
    internal readonly record struct Span(int Start, int Count);

    /// <summary>An attention group: see <see cref="Kernels.AttentionGroup"/>.</summary>
    internal sealed record Group(int FirstRow, int Sequences, int Queries, Span Blocks);
}
