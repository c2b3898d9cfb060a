using System.Runtime.CompilerServices;
using Pipeline.Engine.Kernels.Cpu.Simd;
using Pipeline.Engine.Kernels.Cpu.Threading;

namespace Pipeline.Engine.Kernels.Cpu.Rows;

/// <summary>Root mean square normalisation, with the sum before it in the same pass.</summary>
/// <param name="epsilon">Added to the mean square under the root.</param>
internal sealed unsafe class NormWork<TSimd, TVector, T>(double epsilon) : RowWork, INormWork
    where TSimd : ISimd<TVector>
    where TVector : struct
    where T : unmanaged, IElement<T>
{
    private T* _residual, _delta, _weight, _result;
    private int _width;

    /// <inheritdoc/>
    public void Run(ThreadTeam team, void* residual, void* delta, void* weight, void* result, int rows, int width)
    {
        _width = width;
        _residual = (T*)residual;
        _delta = (T*)delta;
        _weight = (T*)weight;
        _result = (T*)result;
        Run(team, rows, (long)width * sizeof(T) * (delta is null ? 2 : 4));
    }

    /// <inheritdoc/>
    protected override void DoRows(int first, int end)
    {
        for (int row = first; row < end; row++)
        {
            nint at = (nint)row * _width;
            float squares = _delta is null ? Squares(_residual + at) : AddedSquares(_residual + at, _delta + at);
            Scale(_residual + at, _result + at, (float)(1 / Math.Sqrt((squares / _width) + epsilon)));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private float AddedSquares(T* residual, T* delta)
    {
        TVector x = TSimd.Zero, y = TSimd.Zero;
        int i = 0;
        for (; i <= _width - (2 * TSimd.Width); i += 2 * TSimd.Width)
        {
            TVector first = TSimd.Add(T.First<TSimd, TVector>(residual + i), T.First<TSimd, TVector>(delta + i));
            TVector second = TSimd.Add(T.Second<TSimd, TVector>(residual + i), T.Second<TSimd, TVector>(delta + i));
            T.Store<TSimd, TVector>(residual + i, first, second);
            x = TSimd.MultiplyAdd(first, first, x);
            y = TSimd.MultiplyAdd(second, second, y);
        }

        float rest = 0;
        for (; i < _width; i++)
        {
            float sum = T.Widen(residual[i]) + T.Widen(delta[i]);
            residual[i] = T.Narrow(sum);
            rest += sum * sum;
        }

        return rest + TSimd.Sum(TSimd.Add(x, y));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private float Squares(T* residual)
    {
        TVector x = TSimd.Zero, y = TSimd.Zero;
        int i = 0;
        for (; i <= _width - (2 * TSimd.Width); i += 2 * TSimd.Width)
        {
            TVector first = T.First<TSimd, TVector>(residual + i), second = T.Second<TSimd, TVector>(residual + i);
            x = TSimd.MultiplyAdd(first, first, x);
            y = TSimd.MultiplyAdd(second, second, y);
        }

        float rest = 0;
        for (; i < _width; i++)
        {
            float value = T.Widen(residual[i]);
            rest += value * value;
        }

        return rest + TSimd.Sum(TSimd.Add(x, y));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Scale(T* residual, T* result, float factor)
    {
        TVector factors = TSimd.Broadcast(factor);
        int i = 0;
        for (; i <= _width - (2 * TSimd.Width); i += 2 * TSimd.Width)
        {
            TVector first = TSimd.Multiply(T.First<TSimd, TVector>(residual + i), factors);
            TVector second = TSimd.Multiply(T.Second<TSimd, TVector>(residual + i), factors);
            T.Store<TSimd, TVector>(
                result + i,
                TSimd.Multiply(first, T.First<TSimd, TVector>(_weight + i)),
                TSimd.Multiply(second, T.Second<TSimd, TVector>(_weight + i)));
        }

        for (; i < _width; i++)
        {
            result[i] = T.Narrow(T.Widen(residual[i]) * factor * T.Widen(_weight[i]));
        }
    }
}
