using System.Runtime.CompilerServices;
using Pipeline.Engine.Kernels.Cpu.Simd;

namespace Pipeline.Engine.Kernels.Cpu.Attention;

/// <summary>
/// The inner loop of attention, both halves of it: a few rows of numbers times rows of two vectors each,
/// <c>c[row] = sum over k of a[row, k] * b[k]</c>. All sums stay in registers, which is why there is a method for each
/// number of rows. Scores are queries times transposed keys; results are weights times values.
/// </summary>
internal static unsafe class RowProduct<TSimd, TVector, T>
    where TSimd : ISimd<TVector>
    where TVector : struct
    where T : unmanaged, IElement<T>
{
    /// <summary>How many of so many remaining rows are best computed together.</summary>
    public static int Together(int rows) => rows >= 8 ? 8 : rows == 7 ? 7 : rows > 4 ? 4 : rows;

    /// <summary>Computes 1, 2, 3, 4, 7 or 8 rows.</summary>
    /// <param name="rows">How many.</param>
    /// <param name="a">The rows' numbers.</param>
    /// <param name="aPitch">Floats from row to row.</param>
    /// <param name="b">For each number of a row, what it is multiplied with.</param>
    /// <param name="offset">Elements from there.</param>
    /// <param name="count">Numbers in a row.</param>
    /// <param name="c">Two vectors for each row.</param>
    /// <param name="cPitch">Floats from row to row.</param>
    /// <param name="add">Whether to add to what is there.</param>
    /// <param name="ahead">Memory to ask for meanwhile. Not by eight rows: those have arithmetic enough to wait for.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Compute(
        int rows, float* a, nint aPitch, T** b, nint offset, int count, float* c, nint cPitch, bool add, ref Lookahead ahead)
    {
        switch (rows)
        {
            case 8:
                Eight(a, aPitch, b, offset, count, c, cPitch, add);
                break;
            case 7:
                Seven(a, aPitch, b, offset, count, c, cPitch, add, ref ahead);
                break;
            case 4:
                Four(a, aPitch, b, offset, count, c, cPitch, add, ref ahead);
                break;
            case 3:
                Three(a, aPitch, b, offset, count, c, cPitch, add, ref ahead);
                break;
            case 2:
                Two(a, aPitch, b, offset, count, c, cPitch, add, ref ahead);
                break;
            default:
                One(a, b, offset, count, c, add, ref ahead);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void One(float* a, T** b, nint offset, int count, float* c, bool add, ref Lookahead ahead)
    {
        TVector x0 = TSimd.Zero, y0 = TSimd.Zero;
        if (add)
        {
            x0 = TSimd.Load(c);
            y0 = TSimd.Load(c + TSimd.Width);
        }

        byte* asked = ahead.Take(count, out nint step);
        for (nint k = 0; k < count; k++, asked += step)
        {
            Lookahead.Ask(asked, step);
            T* row = b[k] + offset;
            TVector first = T.First<TSimd, TVector>(row), second = T.Second<TSimd, TVector>(row);
            TVector factor = TSimd.Broadcast(a[k]);
            x0 = TSimd.MultiplyAdd(factor, first, x0);
            y0 = TSimd.MultiplyAdd(factor, second, y0);
        }

        TSimd.Store(c, x0);
        TSimd.Store(c + TSimd.Width, y0);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Two(
        float* a, nint aPitch, T** b, nint offset, int count, float* c, nint cPitch, bool add, ref Lookahead ahead)
    {
        float* a1 = a + aPitch, c1 = c + cPitch;
        TVector x0 = TSimd.Zero, y0 = TSimd.Zero;
        TVector x1 = TSimd.Zero, y1 = TSimd.Zero;
        if (add)
        {
            x0 = TSimd.Load(c);
            y0 = TSimd.Load(c + TSimd.Width);
            x1 = TSimd.Load(c1);
            y1 = TSimd.Load(c1 + TSimd.Width);
        }

        byte* asked = ahead.Take(count, out nint step);
        for (nint k = 0; k < count; k++, asked += step)
        {
            Lookahead.Ask(asked, step);
            T* row = b[k] + offset;
            TVector first = T.First<TSimd, TVector>(row), second = T.Second<TSimd, TVector>(row);
            TVector factor = TSimd.Broadcast(a[k]);
            x0 = TSimd.MultiplyAdd(factor, first, x0);
            y0 = TSimd.MultiplyAdd(factor, second, y0);
            factor = TSimd.Broadcast(a1[k]);
            x1 = TSimd.MultiplyAdd(factor, first, x1);
            y1 = TSimd.MultiplyAdd(factor, second, y1);
        }

        TSimd.Store(c, x0);
        TSimd.Store(c + TSimd.Width, y0);
        TSimd.Store(c1, x1);
        TSimd.Store(c1 + TSimd.Width, y1);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Three(
        float* a, nint aPitch, T** b, nint offset, int count, float* c, nint cPitch, bool add, ref Lookahead ahead)
    {
        float* a1 = a + aPitch, c1 = c + cPitch;
        float* a2 = a1 + aPitch, c2 = c1 + cPitch;
        TVector x0 = TSimd.Zero, y0 = TSimd.Zero;
        TVector x1 = TSimd.Zero, y1 = TSimd.Zero;
        TVector x2 = TSimd.Zero, y2 = TSimd.Zero;
        if (add)
        {
            x0 = TSimd.Load(c);
            y0 = TSimd.Load(c + TSimd.Width);
            x1 = TSimd.Load(c1);
            y1 = TSimd.Load(c1 + TSimd.Width);
            x2 = TSimd.Load(c2);
            y2 = TSimd.Load(c2 + TSimd.Width);
        }

        byte* asked = ahead.Take(count, out nint step);
        for (nint k = 0; k < count; k++, asked += step)
        {
            Lookahead.Ask(asked, step);
            T* row = b[k] + offset;
            TVector first = T.First<TSimd, TVector>(row), second = T.Second<TSimd, TVector>(row);
            TVector factor = TSimd.Broadcast(a[k]);
            x0 = TSimd.MultiplyAdd(factor, first, x0);
            y0 = TSimd.MultiplyAdd(factor, second, y0);
            factor = TSimd.Broadcast(a1[k]);
            x1 = TSimd.MultiplyAdd(factor, first, x1);
            y1 = TSimd.MultiplyAdd(factor, second, y1);
            factor = TSimd.Broadcast(a2[k]);
            x2 = TSimd.MultiplyAdd(factor, first, x2);
            y2 = TSimd.MultiplyAdd(factor, second, y2);
        }

        TSimd.Store(c, x0);
        TSimd.Store(c + TSimd.Width, y0);
        TSimd.Store(c1, x1);
        TSimd.Store(c1 + TSimd.Width, y1);
        TSimd.Store(c2, x2);
        TSimd.Store(c2 + TSimd.Width, y2);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Four(
        float* a, nint aPitch, T** b, nint offset, int count, float* c, nint cPitch, bool add, ref Lookahead ahead)
    {
        float* a1 = a + aPitch, c1 = c + cPitch;
        float* a2 = a1 + aPitch, c2 = c1 + cPitch;
        float* a3 = a2 + aPitch, c3 = c2 + cPitch;
        TVector x0 = TSimd.Zero, y0 = TSimd.Zero;
        TVector x1 = TSimd.Zero, y1 = TSimd.Zero;
        TVector x2 = TSimd.Zero, y2 = TSimd.Zero;
        TVector x3 = TSimd.Zero, y3 = TSimd.Zero;
        if (add)
        {
            x0 = TSimd.Load(c);
            y0 = TSimd.Load(c + TSimd.Width);
            x1 = TSimd.Load(c1);
            y1 = TSimd.Load(c1 + TSimd.Width);
            x2 = TSimd.Load(c2);
            y2 = TSimd.Load(c2 + TSimd.Width);
            x3 = TSimd.Load(c3);
            y3 = TSimd.Load(c3 + TSimd.Width);
        }

        byte* asked = ahead.Take(count, out nint step);
        for (nint k = 0; k < count; k++, asked += step)
        {
            Lookahead.Ask(asked, step);
            T* row = b[k] + offset;
            TVector first = T.First<TSimd, TVector>(row), second = T.Second<TSimd, TVector>(row);
            TVector factor = TSimd.Broadcast(a[k]);
            x0 = TSimd.MultiplyAdd(factor, first, x0);
            y0 = TSimd.MultiplyAdd(factor, second, y0);
            factor = TSimd.Broadcast(a1[k]);
            x1 = TSimd.MultiplyAdd(factor, first, x1);
            y1 = TSimd.MultiplyAdd(factor, second, y1);
            factor = TSimd.Broadcast(a2[k]);
            x2 = TSimd.MultiplyAdd(factor, first, x2);
            y2 = TSimd.MultiplyAdd(factor, second, y2);
            factor = TSimd.Broadcast(a3[k]);
            x3 = TSimd.MultiplyAdd(factor, first, x3);
            y3 = TSimd.MultiplyAdd(factor, second, y3);
        }

        TSimd.Store(c, x0);
        TSimd.Store(c + TSimd.Width, y0);
        TSimd.Store(c1, x1);
        TSimd.Store(c1 + TSimd.Width, y1);
        TSimd.Store(c2, x2);
        TSimd.Store(c2 + TSimd.Width, y2);
        TSimd.Store(c3, x3);
        TSimd.Store(c3 + TSimd.Width, y3);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Seven(
        float* a, nint aPitch, T** b, nint offset, int count, float* c, nint cPitch, bool add, ref Lookahead ahead)
    {
        float* a1 = a + aPitch, c1 = c + cPitch;
        float* a2 = a1 + aPitch, c2 = c1 + cPitch;
        float* a3 = a2 + aPitch, c3 = c2 + cPitch;
        float* a4 = a3 + aPitch, c4 = c3 + cPitch;
        float* a5 = a4 + aPitch, c5 = c4 + cPitch;
        float* a6 = a5 + aPitch, c6 = c5 + cPitch;
        TVector x0 = TSimd.Zero, y0 = TSimd.Zero;
        TVector x1 = TSimd.Zero, y1 = TSimd.Zero;
        TVector x2 = TSimd.Zero, y2 = TSimd.Zero;
        TVector x3 = TSimd.Zero, y3 = TSimd.Zero;
        TVector x4 = TSimd.Zero, y4 = TSimd.Zero;
        TVector x5 = TSimd.Zero, y5 = TSimd.Zero;
        TVector x6 = TSimd.Zero, y6 = TSimd.Zero;
        if (add)
        {
            x0 = TSimd.Load(c);
            y0 = TSimd.Load(c + TSimd.Width);
            x1 = TSimd.Load(c1);
            y1 = TSimd.Load(c1 + TSimd.Width);
            x2 = TSimd.Load(c2);
            y2 = TSimd.Load(c2 + TSimd.Width);
            x3 = TSimd.Load(c3);
            y3 = TSimd.Load(c3 + TSimd.Width);
            x4 = TSimd.Load(c4);
            y4 = TSimd.Load(c4 + TSimd.Width);
            x5 = TSimd.Load(c5);
            y5 = TSimd.Load(c5 + TSimd.Width);
            x6 = TSimd.Load(c6);
            y6 = TSimd.Load(c6 + TSimd.Width);
        }

        byte* asked = ahead.Take(count, out nint step);
        for (nint k = 0; k < count; k++, asked += step)
        {
            Lookahead.Ask(asked, step);
            T* row = b[k] + offset;
            TVector first = T.First<TSimd, TVector>(row), second = T.Second<TSimd, TVector>(row);
            TVector factor = TSimd.Broadcast(a[k]);
            x0 = TSimd.MultiplyAdd(factor, first, x0);
            y0 = TSimd.MultiplyAdd(factor, second, y0);
            factor = TSimd.Broadcast(a1[k]);
            x1 = TSimd.MultiplyAdd(factor, first, x1);
            y1 = TSimd.MultiplyAdd(factor, second, y1);
            factor = TSimd.Broadcast(a2[k]);
            x2 = TSimd.MultiplyAdd(factor, first, x2);
            y2 = TSimd.MultiplyAdd(factor, second, y2);
            factor = TSimd.Broadcast(a3[k]);
            x3 = TSimd.MultiplyAdd(factor, first, x3);
            y3 = TSimd.MultiplyAdd(factor, second, y3);
            factor = TSimd.Broadcast(a4[k]);
            x4 = TSimd.MultiplyAdd(factor, first, x4);
            y4 = TSimd.MultiplyAdd(factor, second, y4);
            factor = TSimd.Broadcast(a5[k]);
            x5 = TSimd.MultiplyAdd(factor, first, x5);
            y5 = TSimd.MultiplyAdd(factor, second, y5);
            factor = TSimd.Broadcast(a6[k]);
            x6 = TSimd.MultiplyAdd(factor, first, x6);
            y6 = TSimd.MultiplyAdd(factor, second, y6);
        }

        TSimd.Store(c, x0);
        TSimd.Store(c + TSimd.Width, y0);
        TSimd.Store(c1, x1);
        TSimd.Store(c1 + TSimd.Width, y1);
        TSimd.Store(c2, x2);
        TSimd.Store(c2 + TSimd.Width, y2);
        TSimd.Store(c3, x3);
        TSimd.Store(c3 + TSimd.Width, y3);
        TSimd.Store(c4, x4);
        TSimd.Store(c4 + TSimd.Width, y4);
        TSimd.Store(c5, x5);
        TSimd.Store(c5 + TSimd.Width, y5);
        TSimd.Store(c6, x6);
        TSimd.Store(c6 + TSimd.Width, y6);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Eight(float* a, nint aPitch, T** b, nint offset, int count, float* c, nint cPitch, bool add)
    {
        float* a1 = a + aPitch, c1 = c + cPitch;
        float* a2 = a1 + aPitch, c2 = c1 + cPitch;
        float* a3 = a2 + aPitch, c3 = c2 + cPitch;
        float* a4 = a3 + aPitch, c4 = c3 + cPitch;
        float* a5 = a4 + aPitch, c5 = c4 + cPitch;
        float* a6 = a5 + aPitch, c6 = c5 + cPitch;
        float* a7 = a6 + aPitch, c7 = c6 + cPitch;
        TVector x0 = TSimd.Zero, y0 = TSimd.Zero;
        TVector x1 = TSimd.Zero, y1 = TSimd.Zero;
        TVector x2 = TSimd.Zero, y2 = TSimd.Zero;
        TVector x3 = TSimd.Zero, y3 = TSimd.Zero;
        TVector x4 = TSimd.Zero, y4 = TSimd.Zero;
        TVector x5 = TSimd.Zero, y5 = TSimd.Zero;
        TVector x6 = TSimd.Zero, y6 = TSimd.Zero;
        TVector x7 = TSimd.Zero, y7 = TSimd.Zero;
        if (add)
        {
            x0 = TSimd.Load(c);
            y0 = TSimd.Load(c + TSimd.Width);
            x1 = TSimd.Load(c1);
            y1 = TSimd.Load(c1 + TSimd.Width);
            x2 = TSimd.Load(c2);
            y2 = TSimd.Load(c2 + TSimd.Width);
            x3 = TSimd.Load(c3);
            y3 = TSimd.Load(c3 + TSimd.Width);
            x4 = TSimd.Load(c4);
            y4 = TSimd.Load(c4 + TSimd.Width);
            x5 = TSimd.Load(c5);
            y5 = TSimd.Load(c5 + TSimd.Width);
            x6 = TSimd.Load(c6);
            y6 = TSimd.Load(c6 + TSimd.Width);
            x7 = TSimd.Load(c7);
            y7 = TSimd.Load(c7 + TSimd.Width);
        }

        for (nint k = 0; k < count; k++)
        {
            T* row = b[k] + offset;
            TVector first = T.First<TSimd, TVector>(row), second = T.Second<TSimd, TVector>(row);
            TVector factor = TSimd.Broadcast(a[k]);
            x0 = TSimd.MultiplyAdd(factor, first, x0);
            y0 = TSimd.MultiplyAdd(factor, second, y0);
            factor = TSimd.Broadcast(a1[k]);
            x1 = TSimd.MultiplyAdd(factor, first, x1);
            y1 = TSimd.MultiplyAdd(factor, second, y1);
            factor = TSimd.Broadcast(a2[k]);
            x2 = TSimd.MultiplyAdd(factor, first, x2);
            y2 = TSimd.MultiplyAdd(factor, second, y2);
            factor = TSimd.Broadcast(a3[k]);
            x3 = TSimd.MultiplyAdd(factor, first, x3);
            y3 = TSimd.MultiplyAdd(factor, second, y3);
            factor = TSimd.Broadcast(a4[k]);
            x4 = TSimd.MultiplyAdd(factor, first, x4);
            y4 = TSimd.MultiplyAdd(factor, second, y4);
            factor = TSimd.Broadcast(a5[k]);
            x5 = TSimd.MultiplyAdd(factor, first, x5);
            y5 = TSimd.MultiplyAdd(factor, second, y5);
            factor = TSimd.Broadcast(a6[k]);
            x6 = TSimd.MultiplyAdd(factor, first, x6);
            y6 = TSimd.MultiplyAdd(factor, second, y6);
            factor = TSimd.Broadcast(a7[k]);
            x7 = TSimd.MultiplyAdd(factor, first, x7);
            y7 = TSimd.MultiplyAdd(factor, second, y7);
        }

        TSimd.Store(c, x0);
        TSimd.Store(c + TSimd.Width, y0);
        TSimd.Store(c1, x1);
        TSimd.Store(c1 + TSimd.Width, y1);
        TSimd.Store(c2, x2);
        TSimd.Store(c2 + TSimd.Width, y2);
        TSimd.Store(c3, x3);
        TSimd.Store(c3 + TSimd.Width, y3);
        TSimd.Store(c4, x4);
        TSimd.Store(c4 + TSimd.Width, y4);
        TSimd.Store(c5, x5);
        TSimd.Store(c5 + TSimd.Width, y5);
        TSimd.Store(c6, x6);
        TSimd.Store(c6 + TSimd.Width, y6);
        TSimd.Store(c7, x7);
        TSimd.Store(c7 + TSimd.Width, y7);
    }
}
