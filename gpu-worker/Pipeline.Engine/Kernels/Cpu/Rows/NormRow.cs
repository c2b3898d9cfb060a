using System.Runtime.CompilerServices;
using Pipeline.Engine.Kernels.Cpu.Simd;

namespace Pipeline.Engine.Kernels.Cpu.Rows;

/// <summary>Root mean square normalisation of one run of numbers: a row, or a head.</summary>
/// <param name="epsilon">Added to the mean square under the root.</param>
internal sealed unsafe class NormRow<TSimd, TVector, T, TFactor>(double epsilon)
    where TSimd : ISimd<TVector>
    where TVector : struct
    where T : unmanaged, IElement<T>
    where TFactor : struct, INormFactor
{
    /// <summary>Normalises in place.</summary>
    public void Normalise(T* values, T* weight, int width) => Scale(values, weight, values, width, Squares(values, width));

    /// <summary>The sum of squares.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public float Squares(T* values, int width)
    {
        TVector x = TSimd.Zero, y = TSimd.Zero;
        int i = 0;
        for (; i <= width - (2 * TSimd.Width); i += 2 * TSimd.Width)
        {
            TVector first = T.First<TSimd, TVector>(values + i), second = T.Second<TSimd, TVector>(values + i);
            x = TSimd.MultiplyAdd(first, first, x);
            y = TSimd.MultiplyAdd(second, second, y);
        }

        float rest = 0;
        for (; i < width; i++)
        {
            float value = T.Widen(values[i]);
            rest += value * value;
        }

        return rest + TSimd.Sum(TSimd.Add(x, y));
    }

    /// <summary>Multiplies by the weights and divides by the root of the mean square.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Scale(T* values, T* weight, T* result, int width, float squares)
    {
        float factor = (float)(1 / Math.Sqrt((squares / width) + epsilon));
        TVector factors = TSimd.Broadcast(factor);
        int i = 0;
        for (; i <= width - (2 * TSimd.Width); i += 2 * TSimd.Width)
        {
            TVector first = TSimd.Multiply(T.First<TSimd, TVector>(values + i), factors);
            TVector second = TSimd.Multiply(T.Second<TSimd, TVector>(values + i), factors);
            T.Store<TSimd, TVector>(
                result + i,
                TSimd.Multiply(first, TFactor.Of<TSimd, TVector>(T.First<TSimd, TVector>(weight + i))),
                TSimd.Multiply(second, TFactor.Of<TSimd, TVector>(T.Second<TSimd, TVector>(weight + i))));
        }

        for (; i < width; i++)
        {
            result[i] = T.Narrow(T.Widen(values[i]) * factor * TFactor.Of(T.Widen(weight[i])));
        }
    }
}
