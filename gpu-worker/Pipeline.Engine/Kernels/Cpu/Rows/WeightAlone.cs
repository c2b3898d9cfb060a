using System.Runtime.CompilerServices;
using Pipeline.Engine.Kernels.Cpu.Simd;

namespace Pipeline.Engine.Kernels.Cpu.Rows;

/// <summary>The weight itself.</summary>
internal readonly struct WeightAlone : INormFactor
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Of(float weight) => weight;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Of<TSimd, TVector>(TVector weight)
        where TSimd : ISimd<TVector>
        where TVector : struct => weight;
}
