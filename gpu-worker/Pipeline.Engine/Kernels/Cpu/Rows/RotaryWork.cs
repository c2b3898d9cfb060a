using System.Runtime.CompilerServices;
using Pipeline.Engine.Execution;
using Pipeline.Engine.Kernels.Cpu.Simd;
using Pipeline.Engine.Kernels.Cpu.Threading;
using Pipeline.Engine.Models;

namespace Pipeline.Engine.Kernels.Cpu.Rows;

/// <summary>Rotary positions of queries and keys, and the keys' and values' way into the cache, in one pass.</summary>
internal sealed unsafe class RotaryWork<TSimd, TVector, T>(ModelConfig model) : RowWork, IRotaryWork
    where TSimd : ISimd<TVector>
    where TVector : struct
    where T : unmanaged, IElement<T>
{
    private readonly RotaryTable<TSimd, TVector, T> _table = new(model.RotaryFrequencies());
    private int[] _positions = [], _slots = [];
    private T* _projected, _cache;

    /// <inheritdoc/>
    public void Prepare(StepLayout layout)
    {
        (_positions, _slots) = (layout.Positions, layout.Slots);
        int last = 0;
        foreach (int position in layout.Positions.AsSpan(0, layout.Rows))
        {
            last = Math.Max(last, position);
        }

        _table.Reserve(last + 1);
    }

    /// <inheritdoc/>
    public void Run(ThreadTeam team, void* projected, void* cache, int rows)
    {
        _projected = (T*)projected;
        _cache = (T*)cache;
        Run(team, rows, ((2L * model.Heads) + (5L * model.KeyValueHeads)) * model.HeadSize * sizeof(T));
    }

    /// <inheritdoc/>
    public void Dispose() => _table.Dispose();

    /// <inheritdoc/>
    protected override void DoRows(int first, int end)
    {
        int size = model.HeadSize, turning = model.Heads + model.KeyValueHeads;
        nint stored = 2 * (nint)model.KeyValueHeads * size, width = ((nint)model.Heads * size) + stored;
        for (int row = first; row < end; row++)
        {
            T* projected = _projected + (row * width);
            float* cosines = _table.At(_positions[row]);
            for (int head = 0; head < turning; head++)
            {
                Turn(projected + ((nint)head * size), cosines, size / 2);
            }

            // Keys and values lie behind each other in both places.
            Unsafe.CopyBlockUnaligned(
                _cache + (_slots[row] * stored), projected + ((nint)model.Heads * size), (uint)(stored * sizeof(T)));
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
