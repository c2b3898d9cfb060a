using System.Runtime.Intrinsics;
using Pipeline.Engine.Kernels.Cpu;
using Pipeline.Engine.Kernels.Cpu.Simd;

namespace Pipeline.Engine.Tests.Kernels;

public sealed class SimdTests
{
    public static TheoryData<int> Widths => [.. new[] { 4, 8, 16 }.Where(lanes => lanes <= CpuWork.WidestLanes)];

    [Theory]
    [MemberData(nameof(Widths))]
    public void Powers_of_two_are_right_to_half_a_millionth(int lanes)
    {
        Func<float, float> power = Pick<Func<float, float>>(lanes, Power<Simd128, Vector128<float>>, Power<Simd256, Vector256<float>>, Power<Simd512, Vector512<float>>);
        for (float x = -126; x < 127.5f; x += 0.0137f)
        {
            Assert.InRange(power(x) / Math.Pow(2, x), 1 - 5e-7, 1 + 5e-7);
        }

        Assert.Equal(1, power(0));
        Assert.Equal(0, power(-1000));
        Assert.Equal(0, power(float.NegativeInfinity));
        Assert.Equal(float.NaN, power(float.NaN));
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Bfloat16_is_rounded_to_nearest_and_ties_to_even(int lanes)
    {
        Func<float, float> there = Pick<Func<float, float>>(lanes, Rounded<Simd128, Vector128<float>>, Rounded<Simd256, Vector256<float>>, Rounded<Simd512, Vector512<float>>);
        Random random = new(4);
        for (int i = 0; i < 100_000; i++)
        {
            float x = BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue));
            float expected = BFloat16.Widen(BFloat16.Narrow(x));
            Assert.Equal(expected, there(x));
            if (float.IsFinite(expected))
            {
                float step = BFloat16.Widen(new BFloat16((ushort)(BFloat16.Narrow(x).Bits ^ 1))) - expected;
                Assert.True(Math.Abs((double)x - expected) <= Math.Abs((double)step) / 2, $"{x:R} became {expected:R}");
            }
        }

        Assert.Equal(1f, there(1 + (1f / 256)));
        Assert.Equal(1 + (2f / 128), there(1 + (3f / 256)));
        Assert.Equal(float.PositiveInfinity, there(float.MaxValue));
        Assert.Equal(float.NegativeInfinity, there(float.NegativeInfinity));
        Assert.Equal(float.NaN, there(BitConverter.Int32BitsToSingle(0x7F80_0001)));
        Assert.Equal(float.NaN, there(BitConverter.Int32BitsToSingle(0x7FFF_FFFF)));
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void What_is_written_of_two_vectors_is_what_was_read(int lanes)
    {
        switch (lanes)
        {
            case 4: CopiesAndTransposes<Simd128, Vector128<float>>(); break;
            case 8: CopiesAndTransposes<Simd256, Vector256<float>>(); break;
            default: CopiesAndTransposes<Simd512, Vector512<float>>(); break;
        }
    }

    private static unsafe void CopiesAndTransposes<TSimd, TVector>()
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        Copies<TSimd, TVector, Float32>();
        Copies<TSimd, TVector, BFloat16>();
    }

    private static unsafe void Copies<TSimd, TVector, T>()
        where TSimd : ISimd<TVector>
        where TVector : struct
        where T : unmanaged, IElement<T>
    {
        int width = TSimd.Width, pair = 2 * width;
        T* rows = stackalloc T[pair * width], copy = stackalloc T[pair];
        T** pointers = stackalloc T*[width];
        float* target = stackalloc float[pair * width], read = stackalloc float[pair];
        for (int i = 0; i < pair * width; i++)
        {
            // As many different numbers as bfloat16 can hold.
            rows[i] = T.Narrow(i < 256 ? i : 1000f * (i - 255));
        }

        for (int row = 0; row < width; row++)
        {
            pointers[row] = rows + (row * pair);
        }

        T.Transpose<TSimd, TVector>(pointers, 0, target, width);
        for (int row = 0; row < width; row++)
        {
            TVector first = T.First<TSimd, TVector>(pointers[row]), second = T.Second<TSimd, TVector>(pointers[row]);
            T.Store<TSimd, TVector>(copy, first, second);
            TSimd.Store(read, first);
            TSimd.Store(read + width, second);
            for (int i = 0; i < pair; i++)
            {
                Assert.Equal(pointers[row][i], copy[i]);
                Assert.Equal(read[i], target[(i * width) + row]);
            }
        }
    }

    private static TResult Pick<TResult>(int lanes, TResult four, TResult eight, TResult sixteen) =>
        lanes == 4 ? four : lanes == 8 ? eight : sixteen;

    private static unsafe float Power<TSimd, TVector>(float x)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        float* lanes = stackalloc float[TSimd.Width];
        TSimd.Store(lanes, Exponential.Two<TSimd, TVector>(TSimd.Broadcast(x)));
        return lanes[TSimd.Width - 1];
    }

    private static unsafe float Rounded<TSimd, TVector>(float x)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        BFloat16* pair = stackalloc BFloat16[2 * TSimd.Width];
        BFloat16.Store<TSimd, TVector>(pair, TSimd.Broadcast(x), TSimd.Broadcast(x));
        Assert.Equal(pair[0], pair[1]);
        return BFloat16.Widen(pair[(2 * TSimd.Width) - 1]);
    }
}
