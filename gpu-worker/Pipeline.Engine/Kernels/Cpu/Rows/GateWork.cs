using System.Runtime.CompilerServices;
using Pipeline.Engine.Kernels.Cpu.Simd;
using Pipeline.Engine.Kernels.Cpu.Threading;

namespace Pipeline.Engine.Kernels.Cpu.Rows;

/// <summary>activation(gate) * up.</summary>
internal sealed unsafe class GateWork<TSimd, TVector, T, TActivation> : RowWork, IGateWork
    where TSimd : ISimd<TVector>
    where TVector : struct
    where T : unmanaged, IElement<T>
    where TActivation : struct, IActivation
{
    private T* _gateUp, _result;
    private int _width;

    /// <inheritdoc/>
    public void Run(ThreadTeam team, void* gateUp, void* result, int rows, int width)
    {
        _width = width;
        _gateUp = (T*)gateUp;
        _result = (T*)result;
        Run(team, rows, (long)width * sizeof(T) * 3);
    }

    /// <inheritdoc/>
    protected override void DoRows(int first, int end)
    {
        for (int row = first; row < end; row++)
        {
            DoRow(_gateUp + (2 * (nint)row * _width), _result + ((nint)row * _width));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void DoRow(T* gate, T* result)
    {
        T* up = gate + _width;
        int i = 0;
        for (; i <= _width - (2 * TSimd.Width); i += 2 * TSimd.Width)
        {
            TVector first = TSimd.Multiply(Activate(T.First<TSimd, TVector>(gate + i)), T.First<TSimd, TVector>(up + i));
            TVector second = TSimd.Multiply(Activate(T.Second<TSimd, TVector>(gate + i)), T.Second<TSimd, TVector>(up + i));
            T.Store<TSimd, TVector>(result + i, first, second);
        }

        for (; i < _width; i++)
        {
            float x = T.Widen(gate[i]);
            result[i] = T.Narrow(x / (1 + float.Exp2(-TActivation.Exponent(x))) * T.Widen(up[i]));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Activate(TVector x)
    {
        // Beyond 2^126 the quotient is 0 in float32 anyway.
        TVector exponent = TSimd.Min(
            TSimd.Broadcast(126f), TSimd.Subtract(TSimd.Zero, TActivation.Exponent<TSimd, TVector>(x)));
        return TSimd.Divide(x, TSimd.Add(TSimd.Broadcast(1f), Exponential.Two<TSimd, TVector>(exponent)));
    }
}
