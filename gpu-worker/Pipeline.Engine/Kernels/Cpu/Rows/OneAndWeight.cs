using System.Runtime.CompilerServices;
using Pipeline.Engine.Kernels.Cpu.Simd;

namespace Pipeline.Engine.Kernels.Cpu.Rows;

/// <summary>1 + weight: see <see cref="Models.ModelConfig.NormOffset"/>.</summary>
internal readonly struct OneAndWeight : INormFactor
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Of(float weight) => 1 + weight;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Of<TSimd, TVector>(TVector weight)
        where TSimd : ISimd<TVector>
        where TVector : struct => TSimd.Add(weight, TSimd.Broadcast(1f));
}
