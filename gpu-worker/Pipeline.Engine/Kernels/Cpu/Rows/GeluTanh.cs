using System.Runtime.CompilerServices;
using Pipeline.Engine.Kernels.Cpu.Simd;

namespace Pipeline.Engine.Kernels.Cpu.Rows;

/// <summary>
/// <see cref="Models.Activation.GeluTanh"/>: (1 + tanh(z)) / 2 is 1 / (1 + exp(-2z)), so that y is
/// 2 * sqrt(2 / pi) * (x + 0.044715 x^3).
/// </summary>
internal readonly struct GeluTanh : IActivation
{
    private const float Linear = 1.5957691216f * Exponential.Log2E, Cubic = 0.044715f * Linear;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Exponent(float x) => x * (Linear + (Cubic * x * x));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Exponent<TSimd, TVector>(TVector x)
        where TSimd : ISimd<TVector>
        where TVector : struct => TSimd.Multiply(
            x, TSimd.MultiplyAdd(TSimd.Multiply(x, x), TSimd.Broadcast(Cubic), TSimd.Broadcast(Linear)));
}
