using System.Runtime.CompilerServices;
using Pipeline.Engine.Execution;
using Pipeline.Engine.Kernels.Cpu.Simd;
using Pipeline.Engine.Kernels.Cpu.Threading;
using Pipeline.Engine.Models;

namespace Pipeline.Engine.Kernels.Cpu.Rows;

/// <summary>Norms and rotary positions of queries and keys, and the keys' and values' way into the cache, in one pass.</summary>
internal sealed unsafe class RotaryWork<TSimd, TVector, T, TFactor>(ModelConfig model) : RowWork, IRotaryWork
    where TSimd : ISimd<TVector>
    where TVector : struct
    where T : unmanaged, IElement<T>
    where TFactor : struct, INormFactor
{
    private readonly RotaryTable<TSimd, TVector, T>[] _tables =
        [.. model.Ropes.Select(rope => new RotaryTable<TSimd, TVector, T>(rope.Frequencies(), rope.Magnitude))];

    private readonly RotaryTable<TSimd, TVector, T>?[] _stretchedTables = [.. model.Ropes.Select(rope =>
        rope.StretchedFrequencies() is { } stretched ? new RotaryTable<TSimd, TVector, T>(stretched, rope.Magnitude) : null)];

    private readonly NormRow<TSimd, TVector, T, TFactor> _norm = new(model.NormEpsilon);
    private RotaryTable<TSimd, TVector, T>? _table, _stretchedTable;
    private int[] _positions = [], _slots = [], _stretched = [];
    private T* _projected, _queryNorm, _keyNorm, _cache;

    /// <inheritdoc/>
    public void Prepare(StepLayout layout)
    {
        (_positions, _slots, _stretched) = (layout.Positions, layout.Slots, layout.Stretched);
        int last = 0;
        foreach (int position in layout.Positions.AsSpan(0, layout.Rows))
        {
            last = Math.Max(last, position);
        }

        foreach (RotaryTable<TSimd, TVector, T> table in _tables)
        {
            table.Reserve(last + 1);
        }

        foreach (RotaryTable<TSimd, TVector, T>? table in _stretchedTables)
        {
            table?.Reserve(last + 1);
        }
    }

    /// <inheritdoc/>
    public void Run(ThreadTeam team, void* projected, void* queryNorm, void* keyNorm, int rope, void* cache, int rows)
    {
        _projected = (T*)projected;
        _queryNorm = (T*)queryNorm;
        _keyNorm = (T*)keyNorm;
        _table = _tables[rope];
        _stretchedTable = _stretchedTables[rope];
        _cache = (T*)cache;
        Run(team, rows, ((2L * model.Heads) + (5L * model.KeyValueHeads)) * model.HeadSize * sizeof(T));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Array.ForEach(_tables, table => table.Dispose());
        Array.ForEach(_stretchedTables, table => table?.Dispose());
    }

    /// <inheritdoc/>
    protected override void DoRows(int first, int end)
    {
        int size = model.HeadSize, half = model.RotaryDimensions / 2;
        nint stored = 2 * (nint)model.KeyValueHeads * size, width = ((nint)model.Heads * size) + stored;
        for (int row = first; row < end; row++)
        {
            T* projected = _projected + (row * width);
            RotaryTable<TSimd, TVector, T> table = _stretchedTable is not null && _stretched[row] != 0 ? _stretchedTable : _table!;
            float* cosines = table.At(_positions[row]);
            T* keys = projected + ((nint)model.Heads * size);
            Turn(projected, model.Heads, _queryNorm, cosines, half);
            Turn(keys, model.KeyValueHeads, _keyNorm, cosines, half);

            // Keys and values lie behind each other in both places.
            Unsafe.CopyBlockUnaligned(
                _cache + (_slots[row] * stored), keys, (uint)(stored * sizeof(T)));
        }
    }

    private void Turn(T* first, int heads, T* norm, float* cosines, int half)
    {
        for (T* head = first; head < first + ((nint)heads * model.HeadSize); head += model.HeadSize)
        {
            if (norm is not null)
            {
                _norm.Normalise(head, norm, model.HeadSize);
            }

            Turn(head, cosines, half);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Turn(T* low, float* cosines, int half)
    {
        T* high = low + half;
        float* sines = cosines + half;
        int i = 0;
        for (; i <= half - (2 * TSimd.Width); i += 2 * TSimd.Width)
        {
            (TVector x, TVector y) = Turn(
                T.First<TSimd, TVector>(low + i), T.First<TSimd, TVector>(high + i), TSimd.Load(cosines + i), TSimd.Load(sines + i));
            (TVector x2, TVector y2) = Turn(
                T.Second<TSimd, TVector>(low + i),
                T.Second<TSimd, TVector>(high + i),
                TSimd.Load(cosines + i + TSimd.Width),
                TSimd.Load(sines + i + TSimd.Width));
            T.Store<TSimd, TVector>(low + i, x, x2);
            T.Store<TSimd, TVector>(high + i, y, y2);
        }

        for (; i < half; i++)
        {
            float x = T.Widen(low[i]), y = T.Widen(high[i]);
            low[i] = T.Narrow((x * cosines[i]) - (y * sines[i]));
            high[i] = T.Narrow((y * cosines[i]) + (x * sines[i]));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (TVector Low, TVector High) Turn(TVector low, TVector high, TVector cosine, TVector sine) => (
        TSimd.Subtract(TSimd.Multiply(low, cosine), TSimd.Multiply(high, sine)),
        TSimd.MultiplyAdd(low, sine, TSimd.Multiply(high, cosine)));
}
