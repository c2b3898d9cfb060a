using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Pipeline.Engine.Kernels.Cpu.Simd;

/// <summary>Sixteen lanes: AVX-512.</summary>
internal readonly unsafe struct Simd512 : ISimd<Vector512<float>>
{
    /// <inheritdoc/>
    public static int Width => 16;

    /// <inheritdoc/>
    public static float LeastPower => -152;

    /// <inheritdoc/>
    public static Vector512<float> Zero => Vector512<float>.Zero;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Broadcast(float value) => Vector512.Create(value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(float* source) => Vector512.Load(source);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(float* target, Vector512<float> value) => Vector512.Store(value, target);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Add(Vector512<float> left, Vector512<float> right) => left + right;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Subtract(Vector512<float> left, Vector512<float> right) => left - right;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Multiply(Vector512<float> left, Vector512<float> right) => left * right;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Divide(Vector512<float> left, Vector512<float> right) => left / right;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> MultiplyAdd(Vector512<float> left, Vector512<float> right, Vector512<float> addend) =>
        Vector512.MultiplyAddEstimate(left, right, addend);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Max(Vector512<float> left, Vector512<float> right) => Vector512.MaxNative(left, right);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Min(Vector512<float> left, Vector512<float> right) => Vector512.MinNative(left, right);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Round(Vector512<float> value) => Vector512.Round(value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Scale(Vector512<float> value, Vector512<float> power) =>
        Avx512F.Scale(value, power);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector512<float> value) => Vector512.Sum(value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Largest(Vector512<float> value) => Simd256.Largest(Vector256.MaxNative(value.GetLower(), value.GetUpper()));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LowerHalves(Vector512<float> pairs) => Vector512.ShiftLeft(pairs.AsUInt32(), 16).AsSingle();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> UpperHalves(Vector512<float> pairs) => (pairs.AsUInt32() & Vector512.Create(0xFFFF_0000)).AsSingle();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Narrow(Vector512<float> lower, Vector512<float> upper) =>
        (Vector512.ShiftRightLogical(Rounded(lower), 16) | (Rounded(upper) & Vector512.Create(0xFFFF_0000))).AsSingle();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Transpose<TSink>(byte** rows, nint offset, float* target, nint pitch)
        where TSink : unmanaged, IElement
    {
        // Lane block b (128 bits) of xN holds column 4b + N of four rows; the blocks of four such are then dealt out.
        FourRows(rows, offset, out Vector512<float> a0, out Vector512<float> a1, out Vector512<float> a2, out Vector512<float> a3);
        FourRows(rows + 4, offset, out Vector512<float> b0, out Vector512<float> b1, out Vector512<float> b2, out Vector512<float> b3);
        FourRows(rows + 8, offset, out Vector512<float> c0, out Vector512<float> c1, out Vector512<float> c2, out Vector512<float> c3);
        FourRows(rows + 12, offset, out Vector512<float> d0, out Vector512<float> d1, out Vector512<float> d2, out Vector512<float> d3);
        FourColumns<TSink>(a0, b0, c0, d0, target, pitch, 0);
        FourColumns<TSink>(a1, b1, c1, d1, target, pitch, 1);
        FourColumns<TSink>(a2, b2, c2, d2, target, pitch, 2);
        FourColumns<TSink>(a3, b3, c3, d3, target, pitch, 3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FourRows(
        byte** rows, nint offset, out Vector512<float> x0, out Vector512<float> x1, out Vector512<float> x2, out Vector512<float> x3)
    {
        Vector512<float> r0 = Load((float*)(rows[0] + offset)), r1 = Load((float*)(rows[1] + offset));
        Vector512<float> r2 = Load((float*)(rows[2] + offset)), r3 = Load((float*)(rows[3] + offset));
        Vector512<double> low = Avx512F.UnpackLow(r0, r1).AsDouble(), high = Avx512F.UnpackHigh(r0, r1).AsDouble();
        Vector512<double> low2 = Avx512F.UnpackLow(r2, r3).AsDouble(), high2 = Avx512F.UnpackHigh(r2, r3).AsDouble();
        x0 = Avx512F.UnpackLow(low, low2).AsSingle();
        x1 = Avx512F.UnpackHigh(low, low2).AsSingle();
        x2 = Avx512F.UnpackLow(high, high2).AsSingle();
        x3 = Avx512F.UnpackHigh(high, high2).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FourColumns<TSink>(
        Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d, float* target, nint pitch, int column)
        where TSink : unmanaged, IElement
    {
        Vector512<float> even = Avx512F.Shuffle4x128(a, b, 0x88), even2 = Avx512F.Shuffle4x128(c, d, 0x88);
        Vector512<float> odd = Avx512F.Shuffle4x128(a, b, 0xDD), odd2 = Avx512F.Shuffle4x128(c, d, 0xDD);
        TSink.PutColumn<Simd512, Vector512<float>>(Avx512F.Shuffle4x128(even, even2, 0x88), target, pitch, column);
        TSink.PutColumn<Simd512, Vector512<float>>(Avx512F.Shuffle4x128(odd, odd2, 0x88), target, pitch, column + 4);
        TSink.PutColumn<Simd512, Vector512<float>>(Avx512F.Shuffle4x128(even, even2, 0xDD), target, pitch, column + 8);
        TSink.PutColumn<Simd512, Vector512<float>>(Avx512F.Shuffle4x128(odd, odd2, 0xDD), target, pitch, column + 12);
    }

    /// <summary>The bits, with the nearest bfloat16 in the upper half.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Rounded(Vector512<float> value)
    {
        Vector512<uint> bits = value.AsUInt32();
        Vector512<uint> odd = Vector512.ShiftRightLogical(bits, 16) & Vector512<uint>.One;
        return Vector512.ConditionalSelect(
            Vector512.Equals(value, value).AsUInt32(), bits + Vector512.Create(0x7FFFu) + odd, bits | Vector512.Create(0x0040_0000u));
    }
}
