using System.Runtime.CompilerServices;

namespace Pipeline.Engine.Kernels.Cpu.Simd;

/// <summary>float32, in memory order.</summary>
/// <param name="Value">The number.</param>
internal readonly unsafe record struct Float32(float Value) : IElement<Float32>
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Widen(Float32 value) => value.Value;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float32 Narrow(float value) => new(value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector First<TSimd, TVector>(Float32* source)
        where TSimd : ISimd<TVector>
        where TVector : struct => TSimd.Load((float*)source);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Second<TSimd, TVector>(Float32* source)
        where TSimd : ISimd<TVector>
        where TVector : struct => TSimd.Load((float*)source + TSimd.Width);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TSimd, TVector>(Float32* target, TVector first, TVector second)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        TSimd.Store((float*)target, first);
        TSimd.Store((float*)target + TSimd.Width, second);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Transpose<TSimd, TVector>(Float32** rows, nint offset, float* target, nint pitch)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        TSimd.Transpose<Float32>((byte**)rows, offset * sizeof(float), target, pitch);
        TSimd.Transpose<Float32>((byte**)rows, (offset + TSimd.Width) * sizeof(float), target + (TSimd.Width * pitch), pitch);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void PutColumn<TSimd, TVector>(TVector values, float* target, nint pitch, int column)
        where TSimd : ISimd<TVector>
        where TVector : struct => TSimd.Store(target + (column * pitch), values);
}
