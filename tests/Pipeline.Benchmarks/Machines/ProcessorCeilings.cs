using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Pipeline.Benchmarks.Machines;

/// <summary>What the processor's cores do at most, measured by loops that do nothing else.</summary>
internal static unsafe class ProcessorCeilings
{
    private const int Repetitions = 5;

    // Per thread, and far beyond the last cache.
    private const nuint StreamBytes = 192 << 20;

    private const int Chains = 12;
    private const int Rounds = 4_000_000;

    /// <summary>Bytes a second that the threads together read from memory, each from a place of its own.</summary>
    public static double ReadBytes(int threads)
    {
        nint[] places = [.. Enumerable.Range(0, threads).Select(_ => (nint)NativeMemory.AlignedAlloc(StreamBytes, 4096))];
        ulong[] seen = new ulong[threads];
        try
        {
            Array.ForEach(places, place => NativeMemory.Fill((void*)place, StreamBytes, 1));
            double seconds = ThreadRace.BestSeconds(threads, Repetitions, id => seen[id] = Read((byte*)places[id]));
            return threads * (double)StreamBytes / seconds;
        }
        finally
        {
            Array.ForEach(places, place => NativeMemory.AlignedFree((void*)place));
        }
    }

    /// <summary>Multiply-adds of float32 a second, counted as two operations each.</summary>
    public static double Float32Operations(int threads)
    {
        float[] sums = new float[threads];
        double seconds = ThreadRace.BestSeconds(threads, Repetitions, id => sums[id] = Vector512.IsHardwareAccelerated ? Fuse512(id) : Fuse256(id));
        int width = Vector512.IsHardwareAccelerated ? 16 : 8;
        return 2.0 * threads * width * Chains * Rounds / seconds;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static ulong Read(byte* place)
    {
        ulong* at = (ulong*)place;
        ulong* end = (ulong*)(place + StreamBytes);
        Vector256<ulong> a = default, b = default, c = default, d = default;
        for (; at < end; at += 16)
        {
            a ^= Vector256.Load(at);
            b ^= Vector256.Load(at + 4);
            c ^= Vector256.Load(at + 8);
            d ^= Vector256.Load(at + 12);
        }

        return Vector256.Sum(a ^ b ^ c ^ d);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Fuse512(int id)
    {
        Vector512<float> x = Vector512.Create(1f + id), y = Vector512.Create(1e-9f);
        Vector512<float> a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x;
        for (int round = 0; round < Rounds; round++)
        {
            a = Vector512.FusedMultiplyAdd(x, y, a);
            b = Vector512.FusedMultiplyAdd(x, y, b);
            c = Vector512.FusedMultiplyAdd(x, y, c);
            d = Vector512.FusedMultiplyAdd(x, y, d);
            e = Vector512.FusedMultiplyAdd(x, y, e);
            f = Vector512.FusedMultiplyAdd(x, y, f);
            g = Vector512.FusedMultiplyAdd(x, y, g);
            h = Vector512.FusedMultiplyAdd(x, y, h);
            i = Vector512.FusedMultiplyAdd(x, y, i);
            j = Vector512.FusedMultiplyAdd(x, y, j);
            k = Vector512.FusedMultiplyAdd(x, y, k);
            l = Vector512.FusedMultiplyAdd(x, y, l);
        }

        return Vector512.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Fuse256(int id)
    {
        Vector256<float> x = Vector256.Create(1f + id), y = Vector256.Create(1e-9f);
        Vector256<float> a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x;
        for (int round = 0; round < Rounds; round++)
        {
            a = Vector256.FusedMultiplyAdd(x, y, a);
            b = Vector256.FusedMultiplyAdd(x, y, b);
            c = Vector256.FusedMultiplyAdd(x, y, c);
            d = Vector256.FusedMultiplyAdd(x, y, d);
            e = Vector256.FusedMultiplyAdd(x, y, e);
            f = Vector256.FusedMultiplyAdd(x, y, f);
            g = Vector256.FusedMultiplyAdd(x, y, g);
            h = Vector256.FusedMultiplyAdd(x, y, h);
            i = Vector256.FusedMultiplyAdd(x, y, i);
            j = Vector256.FusedMultiplyAdd(x, y, j);
            k = Vector256.FusedMultiplyAdd(x, y, k);
            l = Vector256.FusedMultiplyAdd(x, y, l);
        }

        return Vector256.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
    }
}
