using System.Runtime.CompilerServices;

namespace Pipeline.Engine.Kernels.Cpu.Simd;

/// <summary>Powers of two, vector by vector.</summary>
internal static class Exponential
{
    /// <summary>Base-2 logarithm of e: exp(x) is 2^(x * this).</summary>
    public const float Log2E = 1.44269504f;

    /// <summary>
    /// 2^x, to two units in the last place; 0 far below what float32 can hold. Not for 128 and more. Not-a-number stays so.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Two<TSimd, TVector>(TVector x)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        x = TSimd.Max(TSimd.Broadcast(TSimd.LeastPower), x);
        TVector whole = TSimd.Round(x), rest = TSimd.Subtract(x, whole);

        // 2^rest for |rest| <= 1/2: interpolated at the Chebyshev points, the constant term set to 1. Error below 2e-7.
        TVector sum = TSimd.Broadcast(0.0013390863f);
        sum = TSimd.MultiplyAdd(sum, rest, TSimd.Broadcast(0.0096760319f));
        sum = TSimd.MultiplyAdd(sum, rest, TSimd.Broadcast(0.0555035711f));
        sum = TSimd.MultiplyAdd(sum, rest, TSimd.Broadcast(0.2402210749f));
        sum = TSimd.MultiplyAdd(sum, rest, TSimd.Broadcast(0.6931471880f));
        sum = TSimd.MultiplyAdd(sum, rest, TSimd.Broadcast(1f));
        return TSimd.Scale(sum, whole);
    }

    /// <summary>The hyperbolic tangent, to a ten-millionth of 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Tanh<TSimd, TVector>(TVector x)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        // 1 - 2 / (e^2x + 1). Beyond 2^126 that is 1 in float32 anyway.
        TVector exponent = TSimd.Min(TSimd.Broadcast(126f), TSimd.Multiply(x, TSimd.Broadcast(2 * Log2E))), one = TSimd.Broadcast(1f);
        return TSimd.Subtract(one, TSimd.Divide(TSimd.Broadcast(2f), TSimd.Add(Two<TSimd, TVector>(exponent), one)));
    }
}
