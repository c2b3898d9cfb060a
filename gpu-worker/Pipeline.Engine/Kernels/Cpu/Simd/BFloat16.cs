using System.Runtime.CompilerServices;

namespace Pipeline.Engine.Kernels.Cpu.Simd;

/// <summary>
/// bfloat16: the upper half of a float32. Of two vectors' worth, the first vector takes the numbers at even places and the
/// second those at odd places: seen as 32-bit values, that is a shift and a mask.
/// </summary>
/// <param name="Bits">The number.</param>
internal readonly unsafe record struct BFloat16(ushort Bits) : IElement<BFloat16>
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Widen(BFloat16 value) => BitConverter.UInt32BitsToSingle((uint)value.Bits << 16);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BFloat16 Narrow(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);

        // Rounding up could carry a not-a-number over into infinity; the quiet bit keeps it one.
        return new((ushort)((float.IsNaN(value) ? bits | 0x0040_0000 : bits + 0x7FFF + ((bits >> 16) & 1)) >> 16));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector First<TSimd, TVector>(BFloat16* source)
        where TSimd : ISimd<TVector>
        where TVector : struct => TSimd.LowerHalves(TSimd.Load((float*)source));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Second<TSimd, TVector>(BFloat16* source)
        where TSimd : ISimd<TVector>
        where TVector : struct => TSimd.UpperHalves(TSimd.Load((float*)source));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TSimd, TVector>(BFloat16* target, TVector first, TVector second)
        where TSimd : ISimd<TVector>
        where TVector : struct => TSimd.Store((float*)target, TSimd.Narrow(first, second));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Transpose<TSimd, TVector>(BFloat16** rows, nint offset, float* target, nint pitch)
        where TSimd : ISimd<TVector>
        where TVector : struct => TSimd.Transpose<BFloat16>((byte**)rows, offset * sizeof(ushort), target, pitch);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void PutColumn<TSimd, TVector>(TVector values, float* target, nint pitch, int column)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        TSimd.Store(target + (column * pitch), TSimd.LowerHalves(values));
        TSimd.Store(target + ((TSimd.Width + column) * pitch), TSimd.UpperHalves(values));
    }
}
