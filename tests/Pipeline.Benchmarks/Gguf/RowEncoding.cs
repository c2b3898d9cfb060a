using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Pipeline.Benchmarks.Gguf;

/// <summary>Rows of float32 as a GGUF file stores them.</summary>
internal static class RowEncoding
{
    /// <summary>Values in a block of <see cref="GgufType.Q8_0"/>.</summary>
    public const int Block = 32;

    private const int BlockBytes = 2 + Block;

    /// <summary>Bytes of a row of <paramref name="values"/> values.</summary>
    public static long Bytes(GgufType type, long values) => type switch
    {
        GgufType.F32 => 4 * values,
        GgufType.Q8_0 => values / Block * BlockBytes,
        _ => 2 * values,
    };

    /// <summary>Encodes a row into <paramref name="bytes"/>, which is of its size.</summary>
    public static void Encode(GgufType type, ReadOnlySpan<float> row, Span<byte> bytes)
    {
        switch (type)
        {
            case GgufType.F32:
                MemoryMarshal.AsBytes(row).CopyTo(bytes);
                break;
            case GgufType.Q8_0:
                EncodeBlocks(row, bytes);
                break;
            default:
                for (int i = 0; i < row.Length; i++)
                {
                    ushort bits = type == GgufType.F16 ? BitConverter.HalfToUInt16Bits((Half)row[i]) : Bfloat16(row[i]);
                    BinaryPrimitives.WriteUInt16LittleEndian(bytes[(2 * i)..], bits);
                }

                break;
        }
    }

    /// <summary>The nearest bfloat16, ties to even.</summary>
    private static ushort Bfloat16(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return float.IsNaN(value) ? (ushort)((bits >> 16) | 0x40) : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    /// <summary>By block: scale = largest magnitude / 127; each value is rounded to the nearest multiple, halves away from zero.</summary>
    private static void EncodeBlocks(ReadOnlySpan<float> row, Span<byte> bytes)
    {
        for (int block = 0; block < row.Length / Block; block++)
        {
            ReadOnlySpan<float> values = row.Slice(block * Block, Block);
            Span<byte> to = bytes.Slice(block * BlockBytes, BlockBytes);
            float largest = 0;
            foreach (float value in values)
            {
                largest = Math.Max(largest, Math.Abs(value));
            }

            float scale = largest / 127, inverse = scale > 0 ? 1 / scale : 0;
            BinaryPrimitives.WriteHalfLittleEndian(to, (Half)scale);
            for (int i = 0; i < Block; i++)
            {
                to[2 + i] = (byte)(sbyte)MathF.Round(values[i] * inverse, MidpointRounding.AwayFromZero);
            }
        }
    }
}
