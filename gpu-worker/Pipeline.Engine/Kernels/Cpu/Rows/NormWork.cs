using System.Runtime.CompilerServices;
using Pipeline.Engine.Kernels.Cpu.Simd;
using Pipeline.Engine.Kernels.Cpu.Threading;

namespace Pipeline.Engine.Kernels.Cpu.Rows;

/// <summary>Root mean square normalisation, with the sum before it in the same pass.</summary>
/// <param name="epsilon">Added to the mean square under the root.</param>
internal sealed unsafe class NormWork<TSimd, TVector, T, TFactor>(double epsilon) : RowWork, INormWork
    where TSimd : ISimd<TVector>
    where TVector : struct
    where T : unmanaged, IElement<T>
    where TFactor : struct, INormFactor
{
    private readonly NormRow<TSimd, TVector, T, TFactor> _row = new(epsilon);
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
            float squares = _delta is null ? _row.Squares(_residual + at, _width) : AddedSquares(_residual + at, _delta + at);
            _row.Scale(_residual + at, _weight, _result + at, _width, squares);
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
}
