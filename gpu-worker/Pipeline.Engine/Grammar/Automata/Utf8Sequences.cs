namespace Pipeline.Engine.Grammar.Automata;

/// <summary>Code point ranges as ranges of bytes in UTF-8 (as in Go's and Rust's regex compilers: utf8-ranges).</summary>
internal static class Utf8Sequences
{
    private static readonly int[] LastOfLength = [0x7F, 0x7FF, 0xFFFF, 0x10FFFF];

    /// <summary>The sequences: of each the range of every byte in turn. No code point is in two of them.</summary>
    /// <param name="low">The first code point.</param>
    /// <param name="high">The last one; no surrogate lies between.</param>
    public static IEnumerable<(byte Low, byte High)[]> Of(int low, int high)
    {
        int first = low;
        for (int length = 1; length <= LastOfLength.Length && first <= high; length++)
        {
            int last = Math.Min(high, LastOfLength[length - 1]);
            if (first <= last)
            {
                foreach ((byte, byte)[] sequence in OfLength(first, last, length))
                {
                    yield return sequence;
                }

                first = last + 1;
            }
        }
    }

    private static IEnumerable<(byte, byte)[]> OfLength(int low, int high, int length)
    {
        // Continuation bytes have to run through all their values, or else the bytes before them be the same.
        for (int tail = 1; tail < length; tail++)
        {
            int mask = (1 << (6 * tail)) - 1;
            if ((low & ~mask) != (high & ~mask))
            {
                if ((low & mask) != 0)
                {
                    return [.. OfLength(low, low | mask, length), .. OfLength((low | mask) + 1, high, length)];
                }

                if ((high & mask) != mask)
                {
                    return [.. OfLength(low, (high & ~mask) - 1, length), .. OfLength(high & ~mask, high, length)];
                }
            }
        }

        byte[] from = Encode(low, length), to = Encode(high, length);
        return [[.. from.Zip(to)]];
    }

    private static byte[] Encode(int codePoint, int length)
    {
        if (length == 1)
        {
            return [(byte)codePoint];
        }

        byte[] bytes = new byte[length];
        for (int i = length - 1; i > 0; i--, codePoint >>= 6)
        {
            bytes[i] = (byte)(0x80 | (codePoint & 0x3F));
        }

        bytes[0] = (byte)((0xF00 >> length) | codePoint);
        return bytes;
    }
}
