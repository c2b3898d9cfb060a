using System.Runtime.CompilerServices;
using Pipeline.Engine.Kernels.Cpu.Simd;

namespace Pipeline.Engine.Kernels.Cpu.Attention;

/// <summary>
/// Attention with a running softmax (Dao et al., FlashAttention, 2022): keys are looked at tile by tile, and what has been
/// summed is scaled down whenever a larger score turns up. The keys of a tile are transposed and widened once for all rows
/// that look at them: scores come out as vectors of keys, with no sums across lanes. Head sizes must be a multiple of two
/// vectors.
/// </summary>
internal sealed unsafe class TiledAttention<TSimd, TVector, T>(AttentionShape shape, IEnumerable<int> windows, int threads)
    : AttentionWork(shape, windows, threads, 2 * TSimd.Width)
    where TSimd : ISimd<TVector>
    where TVector : struct
    where T : unmanaged, IElement<T>
{
    private const int Tile = AttentionShape.TileKeys;

    // From here on widening the values of a tile once costs less than widening them for every few rows.
    private const int ManyRows = 9;

    private readonly AttentionShape _shape = shape;

    // Scores are powers of two; where they are capped, arguments of the hyperbolic tangent up to then.
    private readonly float _scale = (float)(shape.Scale * (shape.Cap > 0 ? 1 / shape.Cap : Exponential.Log2E));
    private readonly float _cap = (float)(shape.Cap * Exponential.Log2E);

    private static int Pair => 2 * TSimd.Width;

    /// <inheritdoc/>
    public override void Do(int part, int thread)
    {
        AttentionPiece piece = Plan.PieceAt[part];
        ref readonly AttentionPart of = ref Plan.PartAt[piece.Part];
        AttentionScratch scratch = Scratch[thread];
        (int first, int end) = of.Keys(piece.Span);
        ReadQueries(of, scratch);
        Locate(of, first, end, scratch.Tokens);
        for (int key = first; key < end; key += Tile)
        {
            LookAhead(of, part, key + Tile, end, scratch);
            for (int head = 0; head < of.Heads; head++)
            {
                LookAt(of, scratch, head, key, Math.Min(Tile, end - key));
            }

            Unsafe.CopyBlock(scratch.Tokens, scratch.NextTokens, (uint)(Tile * sizeof(byte*)));
        }

        Finish(of, piece, scratch);
    }

    /// <summary>Begins to ask for the next tile: of this piece, or else of the one that this thread is likely to take next.</summary>
    private void LookAhead(in AttentionPart of, int part, int key, int end, AttentionScratch scratch)
    {
        scratch.Next = default;
        ref readonly AttentionPart next = ref of;
        if (key >= end)
        {
            if (part + Scratch.Length >= Plan.Pieces)
            {
                return;
            }

            AttentionPiece piece = Plan.PieceAt[part + Scratch.Length];
            next = ref Plan.PartAt[piece.Part];
            (key, end) = next.Keys(piece.Span);
        }

        int count = Locate(next, key, end, scratch.NextTokens);
        if (of.Heads == _shape.KeyHeads)
        {
            // With all heads at once memory is read as it lies. Otherwise there is more to compute than to wait for.
            scratch.Next.Begin(scratch.NextTokens, count, _shape.SlotWidth * sizeof(T), Rounds(of));
        }
    }

    /// <summary>Rounds of all products of a full tile.</summary>
    private nint Rounds(in AttentionPart of)
    {
        int rows = of.Rows * _shape.Group, products = 0;
        for (int row = 0; row < rows; row += RowProduct<TSimd, TVector, T>.Together(rows - row))
        {
            products++;
        }

        return (nint)of.Heads * products * 2 * Tile * _shape.HeadSize / Pair;
    }

    private void ReadQueries(in AttentionPart of, AttentionScratch scratch)
    {
        int size = _shape.HeadSize, group = _shape.Group, rows = of.Rows * group;
        TVector scale = TSimd.Broadcast(_scale);
        float* query = scratch.Queries;
        for (int head = 0; head < of.Heads; head++)
        {
            for (int row = 0; row < rows; row++, query += size)
            {
                T* source = (T*)Projected + ((of.FirstRow + (row / group)) * _shape.ProjectedWidth)
                    + (nint)((((of.FirstHead + head) * group) + (row % group)) * size);
                for (int i = 0; i < size; i += Pair)
                {
                    TSimd.Store(query + i, TSimd.Multiply(scale, T.First<TSimd, TVector>(source + i)));
                    TSimd.Store(query + i + TSimd.Width, TSimd.Multiply(scale, T.Second<TSimd, TVector>(source + i)));
                }
            }
        }

        int all = of.Heads * rows;
        new Span<float>(scratch.Sums, all * size).Clear();
        new Span<float>(scratch.WeightSums, all * TSimd.Width).Clear();
        new Span<float>(scratch.Largest, all).Fill(float.NegativeInfinity);
    }

    /// <summary>Finds a tile's tokens in the cache. Behind the last one it is repeated: something to read, never to count.</summary>
    /// <returns>How many there are.</returns>
    private int Locate(in AttentionPart of, int first, int end, byte** tokens)
    {
        int size = _shape.BlockSize, count = Math.Min(Tile, end - first);
        int block = first / size, offset = first - (block * size);
        nint width = _shape.SlotWidth * sizeof(T);
        ref int table = ref Blocks[of.FirstBlock];
        for (int i = 0; i < count; block++, offset = 0)
        {
            byte* token = (byte*)Slots + (((nint)Unsafe.Add(ref table, block) * size) + offset) * width;
            for (int stop = Math.Min(count, i + size - offset); i < stop; i++, token += width)
            {
                tokens[i] = token;
            }
        }

        for (int i = count; i < Tile; i++)
        {
            tokens[i] = tokens[count - 1];
        }

        return count;
    }

    /// <summary>One key-value head's rows look at one tile.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void LookAt(in AttentionPart of, AttentionScratch scratch, int head, int key, int count)
    {
        int size = _shape.HeadSize, group = _shape.Group, rows = of.Rows * group;
        nint keys = (nint)(of.FirstHead + head) * size, values = keys + ((nint)_shape.KeyHeads * size);
        T** tokens = (T**)scratch.Tokens;
        for (int i = 0; i < count; i += TSimd.Width)
        {
            float* panel = scratch.Keys + (i / Pair * Pair * size) + (i % Pair);
            for (int j = 0; j < size; j += Pair)
            {
                T.Transpose<TSimd, TVector>(tokens + i, keys + j, panel + (j * Pair), Pair);
            }
        }

        if (count % Pair is > 0 and var rest && rest <= TSimd.Width)
        {
            // Scores are computed two vectors at a time: the second must not meet what an earlier tile left.
            float* panel = scratch.Keys + (count / Pair * Pair * size) + TSimd.Width;
            for (int j = 0; j < size; j++)
            {
                TSimd.Store(panel + (j * Pair), TSimd.Zero);
            }
        }

        int firstRow = head * rows;
        float* weights = scratch.Weights;

        // The tokens before see none of this tile, and those behind no longer.
        int start = Math.Max(0, key + 1 - of.FirstVisible) * group;
        int stop = (int)Math.Min(of.Rows, (long)key + count + of.Window - of.FirstVisible) * group;
        for (int row = start, together; row < stop; row += together)
        {
            together = RowProduct<TSimd, TVector, Float32>.Together(stop - row);
            int seen = Math.Min(count, of.FirstVisible + ((row + together - 1) / group) - key);
            int columns = (seen + Pair - 1) / Pair * Pair;
            for (int column = 0; column < columns; column += Pair)
            {
                RowProduct<TSimd, TVector, Float32>.Compute(
                    together, scratch.Queries + ((nint)(firstRow + row) * size), size,
                    (Float32**)scratch.KeyLines, (nint)column * size, size, weights + ((nint)row * Tile) + column, Tile, add: false, ref scratch.Next);
            }

            for (int i = row; i < row + together; i++)
            {
                int visible = of.FirstVisible + (i / group), own = Math.Min(count, visible - key), gone = visible - of.Window - key;
                float* scores = weights + ((nint)i * Tile);
                if (_cap > 0)
                {
                    Cap(scores, columns);
                }

                if (gone > 0)
                {
                    new Span<float>(scores, gone).Fill(float.NegativeInfinity);
                }

                Weigh(scratch, firstRow + i, scores, own, columns);
            }
        }

        if (stop - start >= ManyRows)
        {
            Widen(tokens, values, scratch, count);
            AddValues((Float32**)scratch.ValueLines, 0, of, scratch, head, start, stop, key, count);
        }
        else
        {
            AddValues(tokens, values, of, scratch, head, start, stop, key, count);
        }
    }

    /// <summary>Scores become cap * tanh(score), in powers of two.</summary>
    private void Cap(float* scores, int columns)
    {
        TVector cap = TSimd.Broadcast(_cap);
        for (int i = 0; i < columns; i += TSimd.Width)
        {
            TSimd.Store(scores + i, TSimd.Multiply(cap, Exponential.Tanh<TSimd, TVector>(TSimd.Load(scores + i))));
        }
    }

    /// <summary>Turns a row's scores into weights, and scales down what it has summed so far if need be.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Weigh(AttentionScratch scratch, int row, float* scores, int seen, int columns)
    {
        if (seen < columns)
        {
            new Span<float>(scores + Math.Max(0, seen), columns - Math.Max(0, seen)).Fill(float.NegativeInfinity);
        }

        float before = scratch.Largest[row];
        TVector largest = TSimd.Broadcast(before);
        for (int i = 0; i < columns; i += TSimd.Width)
        {
            largest = TSimd.Max(TSimd.Load(scores + i), largest);
        }

        float now = TSimd.Largest(largest);
        if (seen <= 0)
        {
            new Span<float>(scores, columns).Clear();
            return;
        }

        float* sums = scratch.WeightSums + ((nint)row * TSimd.Width);
        TVector sum = TSimd.Load(sums);
        if (now > before)
        {
            TVector factor = Exponential.Two<TSimd, TVector>(TSimd.Broadcast(before - now));
            sum = TSimd.Multiply(sum, factor);
            float* total = scratch.Sums + ((nint)row * _shape.HeadSize);
            for (int i = 0; i < _shape.HeadSize; i += TSimd.Width)
            {
                TSimd.Store(total + i, TSimd.Multiply(TSimd.Load(total + i), factor));
            }

            scratch.Largest[row] = now;
        }

        TVector shift = TSimd.Broadcast(now);
        for (int i = 0; i < columns; i += TSimd.Width)
        {
            TVector weight = Exponential.Two<TSimd, TVector>(TSimd.Subtract(TSimd.Load(scores + i), shift));
            TSimd.Store(scores + i, weight);
            sum = TSimd.Add(sum, weight);
        }

        TSimd.Store(sums, sum);
    }

    private void Widen(T** tokens, nint offset, AttentionScratch scratch, int count)
    {
        for (int i = 0; i < count; i++)
        {
            T* source = tokens[i] + offset;
            float* target = scratch.ValueLines[i];
            for (int j = 0; j < _shape.HeadSize; j += Pair)
            {
                TSimd.Store(target + j, T.First<TSimd, TVector>(source + j));
                TSimd.Store(target + j + TSimd.Width, T.Second<TSimd, TVector>(source + j));
            }
        }
    }

    private void AddValues<TValue>(
        TValue** lines, nint offset, in AttentionPart of, AttentionScratch scratch, int head, int start, int stop, int key, int count)
        where TValue : unmanaged, IElement<TValue>
    {
        int size = _shape.HeadSize, group = _shape.Group, rows = of.Rows * group, firstRow = head * rows;
        for (int row = start, together; row < stop; row += together)
        {
            together = RowProduct<TSimd, TVector, TValue>.Together(stop - row);
            int seen = Math.Min(count, of.FirstVisible + ((row + together - 1) / group) - key);
            float* sums = scratch.Sums + ((nint)(firstRow + row) * size);
            for (int i = 0; i < size; i += Pair)
            {
                RowProduct<TSimd, TVector, TValue>.Compute(
                    together, scratch.Weights + ((nint)row * Tile), Tile, lines, offset + i, seen, sums + i, size, add: true,
                    ref scratch.Next);
            }
        }
    }

    private void Finish(in AttentionPart of, AttentionPiece piece, AttentionScratch scratch)
    {
        int rows = of.Heads * of.Rows * _shape.Group;
        if (of.Spans == 1)
        {
            for (int row = 0; row < rows; row++)
            {
                float total = TSimd.Sum(TSimd.Load(scratch.WeightSums + ((nint)row * TSimd.Width)));
                Write(of, row, scratch.Sums + ((nint)row * _shape.HeadSize), 1 / total);
            }

            return;
        }

        float* partial = PartialOf(of, piece.Span, 0);
        for (int row = 0; row < rows; row++, partial += PartialWidth)
        {
            Unsafe.CopyBlockUnaligned(partial, scratch.Sums + ((nint)row * _shape.HeadSize), (uint)(_shape.HeadSize * sizeof(float)));
            partial[_shape.HeadSize] = scratch.Largest[row];
            partial[_shape.HeadSize + 1] = TSimd.Sum(TSimd.Load(scratch.WeightSums + ((nint)row * TSimd.Width)));
        }

        // Who finishes a part's last span merges all of them, in the order of the context.
        if (Interlocked.Decrement(ref Plan.Unfinished[piece.Part]) == 0)
        {
            for (int row = 0; row < rows; row++)
            {
                Merge(of, row, scratch.Sums);
            }
        }
    }

    private float* PartialOf(in AttentionPart of, int span, int row) =>
        (float*)Partial.Memory + ((of.Partial + (span * of.Heads * of.Rows * _shape.Group) + row) * (nint)PartialWidth);

    private void Merge(in AttentionPart of, int row, float* sums)
    {
        int size = _shape.HeadSize;
        float largest = float.NegativeInfinity, total = 0;
        for (int span = 0; span < of.Spans; span++)
        {
            largest = MathF.Max(largest, PartialOf(of, span, row)[size]);
        }

        new Span<float>(sums, size).Clear();
        for (int span = 0; span < of.Spans; span++)
        {
            float* partial = PartialOf(of, span, row);
            float factor = (float)Math.Pow(2, partial[size] - largest);
            total += factor * partial[size + 1];
            TVector factors = TSimd.Broadcast(factor);
            for (int i = 0; i < size; i += TSimd.Width)
            {
                TSimd.Store(sums + i, TSimd.MultiplyAdd(factors, TSimd.Load(partial + i), TSimd.Load(sums + i)));
            }
        }

        Write(of, row, sums, 1 / total);
    }

    private void Write(in AttentionPart of, int row, float* sums, float factor)
    {
        int size = _shape.HeadSize, group = _shape.Group, rows = of.Rows * group;
        (int head, int inHead) = Math.DivRem(row, rows);
        (int token, int query) = Math.DivRem(inHead, group);
        T* target = (T*)Result + ((of.FirstRow + token) * _shape.ResultWidth)
            + (nint)((((of.FirstHead + head) * group) + query) * size);
        TVector factors = TSimd.Broadcast(factor);
        for (int i = 0; i < size; i += Pair)
        {
            T.Store<TSimd, TVector>(
                target + i,
                TSimd.Multiply(factors, TSimd.Load(sums + i)),
                TSimd.Multiply(factors, TSimd.Load(sums + i + TSimd.Width)));
        }
    }
}
