using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Pipeline.Benchmarks.Gguf;

namespace Pipeline.Benchmarks.Tests.Gguf;

public sealed class RowEncodingTests
{
    private static readonly float[] Row = [.. Numbers(96)];

    [Fact]
    public void Float32_is_kept_as_it_is() => Assert.Equal(Row, MemoryMarshal.Cast<byte, float>(Encode(GgufType.F32)).ToArray());

    [Fact]
    public void Bfloat16_is_the_nearest_there_is()
    {
        byte[] bytes = Encode(GgufType.BF16);
        for (int i = 0; i < Row.Length; i++)
        {
            float got = BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(2 * i)) << 16);
            Assert.InRange(Math.Abs(got - Row[i]), 0, Math.Abs(Row[i]) / 256);
        }
    }

    [Theory]
    [InlineData(0x3F808000u, 0x3F80)]
    [InlineData(0x3F818000u, 0x3F82)]
    [InlineData(0x3F808001u, 0x3F81)]
    public void Bfloat16_takes_the_even_one_of_two_as_near(uint bits, ushort expected)
    {
        byte[] bytes = new byte[2];
        RowEncoding.Encode(GgufType.BF16, [BitConverter.UInt32BitsToSingle(bits)], bytes);
        Assert.Equal(expected, BinaryPrimitives.ReadUInt16LittleEndian(bytes));
    }

    [Fact]
    public void Float16_is_the_nearest_there_is()
    {
        byte[] bytes = Encode(GgufType.F16);
        Assert.Equal(Row.Select(value => (Half)value), Enumerable.Range(0, Row.Length).Select(i => BinaryPrimitives.ReadHalfLittleEndian(bytes.AsSpan(2 * i))));
    }

    [Fact]
    public void Q8_0_is_off_by_half_a_step_of_its_block_at_most_and_keeps_the_largest()
    {
        byte[] bytes = Encode(GgufType.Q8_0);
        Assert.Equal(3 * 34, bytes.Length);
        for (int i = 0; i < Row.Length; i++)
        {
            Span<byte> block = bytes.AsSpan(i / 32 * 34, 34);
            float step = Row.AsSpan(i / 32 * 32, 32).ToArray().Max(Math.Abs) / 127;
            float got = (float)BinaryPrimitives.ReadHalfLittleEndian(block) * (sbyte)block[2 + (i % 32)];
            Assert.InRange(Math.Abs(got - Row[i]), 0, step * 0.57f);   // half a step, and the scale's own rounding to float16
        }

        Assert.Contains(bytes.Chunk(34).First()[2..], value => Math.Abs((int)(sbyte)value) == 127);
    }

    [Fact]
    public void A_block_of_zeros_stays_zero()
    {
        byte[] bytes = new byte[34];
        RowEncoding.Encode(GgufType.Q8_0, new float[32], bytes);
        Assert.All(bytes, value => Assert.Equal(0, value));
    }

    private static byte[] Encode(GgufType type)
    {
        byte[] bytes = new byte[RowEncoding.Bytes(type, Row.Length)];
        RowEncoding.Encode(type, Row, bytes);
        return bytes;
    }

    private static IEnumerable<float> Numbers(int count)
    {
        var random = new Random(5);
        return Enumerable.Range(0, count).Select(_ => (float)((random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-2, 2))));
    }
}
