using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Pipeline.Engine.Layers.Int8;

/// <summary>Whole numbers of 8 bits as bfloat16, which holds them exactly.</summary>
internal static class Int8Widening
{
    // Below this the threads' coming together costs more than they save.
    private const int LeastPart = 1 << 18;

    /// <summary>Widens all of <paramref name="source"/>, in several threads where that pays.</summary>
    /// <param name="source">The numbers; not moved by the collector while this runs.</param>
    /// <param name="target">As many bfloat16 values.</param>
    /// <param name="threads">The most threads to use.</param>
    public static unsafe void ToBFloat16(ReadOnlySpan<sbyte> source, Span<ushort> target, int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(target.Length, source.Length, nameof(target));
        int parts = Math.Clamp(source.Length / LeastPart, 1, threads), count = source.Length;
        fixed (sbyte* from = source)
        fixed (ushort* to = target)
        {
            if (parts == 1)
            {
                Part(from, to, count);
                return;
            }

            sbyte* first = from;
            ushort* firstTo = to;
            Parallel.For(0, parts, part =>
            {
                int start = (int)((long)count * part / parts) & ~63, end = part == parts - 1 ? count : (int)((long)count * (part + 1) / parts) & ~63;
                Part(first + start, firstTo + start, end - start);
            });
        }
    }

    private static unsafe void Part(sbyte* from, ushort* to, int count)
    {
        int i = 0;
        for (; i + Vector512<sbyte>.Count <= count; i += Vector512<sbyte>.Count)
        {
            (Vector512<short> low, Vector512<short> high) = Vector512.Widen(Vector512.Load(from + i));
            Half(low).Store(to + i);
            Half(high).Store(to + i + Vector512<short>.Count);
        }

        for (; i < count; i++)
        {
            to[i] = (ushort)(BitConverter.SingleToUInt32Bits(from[i]) >> 16);
        }
    }

    // The low half of such a number's float32 is all zeros: cutting it off is no rounding.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ushort> Half(Vector512<short> values)
    {
        (Vector512<int> low, Vector512<int> high) = Vector512.Widen(values);
        return Vector512.Narrow(Vector512.ConvertToSingle(low).AsUInt32() >> 16, Vector512.ConvertToSingle(high).AsUInt32() >> 16);
    }
}
