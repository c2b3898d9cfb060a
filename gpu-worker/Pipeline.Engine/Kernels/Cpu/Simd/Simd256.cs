using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Pipeline.Engine.Kernels.Cpu.Simd;

/// <summary>Eight lanes: AVX2.</summary>
internal readonly unsafe struct Simd256 : ISimd<Vector256<float>>
{
    /// <inheritdoc/>
    public static int Width => 8;

    /// <inheritdoc/>
    public static float LeastPower => -127;

    /// <inheritdoc/>
    public static Vector256<float> Zero => Vector256<float>.Zero;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Broadcast(float value) => Vector256.Create(value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(float* source) => Vector256.Load(source);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(float* target, Vector256<float> value) => Vector256.Store(value, target);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Add(Vector256<float> left, Vector256<float> right) => left + right;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Subtract(Vector256<float> left, Vector256<float> right) => left - right;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Multiply(Vector256<float> left, Vector256<float> right) => left * right;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Divide(Vector256<float> left, Vector256<float> right) => left / right;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> MultiplyAdd(Vector256<float> left, Vector256<float> right, Vector256<float> addend) =>
        Vector256.MultiplyAddEstimate(left, right, addend);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Max(Vector256<float> left, Vector256<float> right) => Vector256.MaxNative(left, right);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Min(Vector256<float> left, Vector256<float> right) => Vector256.MinNative(left, right);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Round(Vector256<float> value) => Vector256.Round(value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Scale(Vector256<float> value, Vector256<float> power) =>
        value * (Vector256.ConvertToInt32Native(power + Vector256.Create(127f)) << 23).AsSingle();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector256<float> value) => Vector256.Sum(value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Largest(Vector256<float> value) => Simd128.Largest(Vector128.MaxNative(value.GetLower(), value.GetUpper()));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LowerHalves(Vector256<float> pairs) => Vector256.ShiftLeft(pairs.AsUInt32(), 16).AsSingle();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> UpperHalves(Vector256<float> pairs) => (pairs.AsUInt32() & Vector256.Create(0xFFFF_0000)).AsSingle();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Narrow(Vector256<float> lower, Vector256<float> upper) =>
        (Vector256.ShiftRightLogical(Rounded(lower), 16) | (Rounded(upper) & Vector256.Create(0xFFFF_0000))).AsSingle();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Transpose<TSink>(byte** rows, nint offset, float* target, nint pitch)
        where TSink : unmanaged, IElement
    {
        FourRows(rows, offset, out Vector256<float> a0, out Vector256<float> a1, out Vector256<float> a2, out Vector256<float> a3);
        FourRows(rows + 4, offset, out Vector256<float> b0, out Vector256<float> b1, out Vector256<float> b2, out Vector256<float> b3);
        TwoColumns<TSink>(a0, b0, target, pitch, 0);
        TwoColumns<TSink>(a1, b1, target, pitch, 1);
        TwoColumns<TSink>(a2, b2, target, pitch, 2);
        TwoColumns<TSink>(a3, b3, target, pitch, 3);
    }

    /// <summary>128-bit half h of xN holds column 4h + N of four rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FourRows(
        byte** rows, nint offset, out Vector256<float> x0, out Vector256<float> x1, out Vector256<float> x2, out Vector256<float> x3)
    {
        Vector256<float> r0 = Load((float*)(rows[0] + offset)), r1 = Load((float*)(rows[1] + offset));
        Vector256<float> r2 = Load((float*)(rows[2] + offset)), r3 = Load((float*)(rows[3] + offset));
        Vector256<double> low = Avx.UnpackLow(r0, r1).AsDouble(), high = Avx.UnpackHigh(r0, r1).AsDouble();
        Vector256<double> low2 = Avx.UnpackLow(r2, r3).AsDouble(), high2 = Avx.UnpackHigh(r2, r3).AsDouble();
        x0 = Avx.UnpackLow(low, low2).AsSingle();
        x1 = Avx.UnpackHigh(low, low2).AsSingle();
        x2 = Avx.UnpackLow(high, high2).AsSingle();
        x3 = Avx.UnpackHigh(high, high2).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TwoColumns<TSink>(Vector256<float> a, Vector256<float> b, float* target, nint pitch, int column)
        where TSink : unmanaged, IElement
    {
        TSink.PutColumn<Simd256, Vector256<float>>(Avx.Permute2x128(a, b, 0x20), target, pitch, column);
        TSink.PutColumn<Simd256, Vector256<float>>(Avx.Permute2x128(a, b, 0x31), target, pitch, column + 4);
    }

    /// <summary>The bits, with the nearest bfloat16 in the upper half.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Rounded(Vector256<float> value)
    {
        Vector256<uint> bits = value.AsUInt32();
        Vector256<uint> odd = Vector256.ShiftRightLogical(bits, 16) & Vector256<uint>.One;
        return Vector256.ConditionalSelect(
            Vector256.Equals(value, value).AsUInt32(), bits + Vector256.Create(0x7FFFu) + odd, bits | Vector256.Create(0x0040_0000u));
    }
}
